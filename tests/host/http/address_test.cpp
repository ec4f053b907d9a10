#include "host/http/address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>
#include <random>

namespace goru::host::http {
namespace {

IpAddress Must(const std::string& text) {
  const auto address = ParseAddress(text);
  EXPECT_TRUE(address) << text;
  return address.value_or(IpAddress{});
}

TEST(Address, OneSpellingEach) {
  EXPECT_EQ(ToText(Must("192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(ToText(Must("2001:DB8:0:0:0:0:0:1")), "2001:db8::1");
  EXPECT_EQ(ToText(Must("::ffff:1.2.3.4")), "::ffff:1.2.3.4");
  for (const std::string text :
       {"", "1.2.3", "1.2.3.4.5", "01.2.3.4", "0x1.2.3.4", "256.1.1.1", "1.2.3.4 ", " 1.2.3.4", "127.1", "2130706433",
        "1.2.3.-4", ":::", "1::2::3", "fe80::1%lo", "[::1]", "12345::"}) {
    EXPECT_FALSE(ParseAddress(text)) << text;
  }
  EXPECT_FALSE(ParseAddress(std::string("1.2.3.4\0x", 9)));
}

TEST(Address, Public) {
  for (const std::string text :
       {"1.1.1.1",          "8.8.8.8",         "9.255.255.255",   "11.0.0.0",          "100.63.255.255",
        "100.128.0.0",      "126.255.255.255", "128.0.0.0",       "169.253.255.255",   "169.255.0.0",
        "172.15.255.255",   "172.32.0.0",      "192.167.255.255", "192.169.0.0",       "198.17.255.255",
        "198.20.0.0",       "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8", "2002:808:808::1", "2000::1"}) {
    EXPECT_TRUE(IsPublic(Must(text))) << text;
  }
}

TEST(Address, NotPublic) {
  for (const std::string text :
       {"0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.100.100.200", "100.127.255.255",
        "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.0",
        "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0",
        "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        // IPv6
        "::", "::1", "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "100::1",
        "2001:db8::1", "2001:10::1", "2001:20::1", "3fff::1", "4000::1", "5f00::1", "64:ff9b:1::1",
        // What they carry
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::10.0.0.1",
        "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::1",
        // Teredo with a private server; with a private client (inverted)
        "2001:0:a00:1::f7f7:f7f7", "2001:0:808:808::f5ff:fffe",
        // ISATAP
        "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:10.0.0.1", "::ffff:0:10.0.0.1"}) {
    EXPECT_FALSE(IsPublic(Must(text))) << text;
  }
}

TEST(Address, Loopback) {
  for (const std::string text : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(IsLoopback(Must(text))) << text;
  }
  for (const std::string text : {"0.0.0.0", "128.0.0.1", "::", "::2", "10.0.0.1", "::127.0.0.1"}) {
    EXPECT_FALSE(IsLoopback(Must(text))) << text;
  }
}

TEST(Address, Networks) {
  const auto contains = [](const std::string& network, const std::string& address) {
    const auto parsed = ParseNetwork(network);
    EXPECT_TRUE(parsed) << network;
    return parsed && parsed->Contains(Must(address));
  };
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("10.1.128.0/17", "10.1.255.1"));
  EXPECT_FALSE(contains("10.1.128.0/17", "10.1.127.1"));
  EXPECT_TRUE(contains("192.168.1.1", "192.168.1.1"));
  EXPECT_FALSE(contains("192.168.1.1", "192.168.1.2"));
  EXPECT_TRUE(contains("0.0.0.0/0", "255.255.255.255"));
  EXPECT_FALSE(contains("0.0.0.0/0", "::1"));
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.1.1"));
  EXPECT_TRUE(contains("fd00::/8", "fdff::1"));
  EXPECT_FALSE(contains("fd00::/8", "fe00::1"));
  EXPECT_TRUE(contains("::/0", "2001:db8::1"));
  EXPECT_FALSE(contains("::/0", "1.2.3.4"));
  for (const std::string text : {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8x", "10.0.0.0/-1",
                                 "10/8", "fd00::/129", "fd00::1/8", "x/8", "10.0.0.0/8/8", "10.0.0.0/ 8"}) {
    EXPECT_FALSE(ParseNetwork(text)) << text;
  }
}

TEST(Address, ANetworkIsWhatItsBitsSay) {
  std::mt19937 random(11);
  for (int round = 0; round < 5'000; ++round) {
    const auto bits = static_cast<unsigned>(random() % 33);
    const uint32_t mask = bits == 0 ? 0 : ~uint32_t{0} << (32 - bits);
    const auto base = static_cast<uint32_t>(random()) & mask;
    const uint32_t other = base ^ (random() % 3 == 0 ? 0 : uint32_t{1} << random() % 32);
    const auto text = [](uint32_t number) {
      return std::to_string(number >> 24) + "." + std::to_string(number >> 16 & 255) + "." +
             std::to_string(number >> 8 & 255) + "." + std::to_string(number & 255);
    };
    const auto network = ParseNetwork(text(base) + "/" + std::to_string(bits));
    ASSERT_TRUE(network);
    EXPECT_EQ(network->Contains(Must(text(other))), (other & mask) == base);
  }
}

TEST(Address, FromSockets) {
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(0x7F000001);
  sockaddr any = {};
  std::memcpy(&any, &v4, sizeof any);
  EXPECT_EQ(FromSocketAddress(&any, sizeof v4), Must("127.0.0.1"));
  EXPECT_FALSE(FromSocketAddress(&any, 4));
  any.sa_family = AF_UNIX;
  EXPECT_FALSE(FromSocketAddress(&any, sizeof any));
}

TEST(Address, WhatTwoNetworksHaveInCommon) {
  const auto meet = [](const char* a, const char* b) {
    const auto there = ParseNetwork(a)->Meet(*ParseNetwork(b));
    const auto again = ParseNetwork(b)->Meet(*ParseNetwork(a));
    EXPECT_EQ(there.has_value(), again.has_value());
    if (there && again) {
      EXPECT_EQ(ToText(*there), ToText(*again));
    }
    return there ? ToText(*there) : "";
  };
  EXPECT_EQ(meet("10.0.0.0/8", "10.1.0.0/16"), "10.1.0.0/16");
  EXPECT_EQ(meet("10.0.0.0/8", "10.0.0.0/8"), "10.0.0.0/8");
  EXPECT_EQ(meet("0.0.0.0/0", "10.1.2.3"), "10.1.2.3/32");
  EXPECT_EQ(meet("10.0.0.0/9", "10.128.0.0/9"), "");
  EXPECT_EQ(meet("fd00::/8", "fd00:1::/32"), "fd00:1::/32");
  EXPECT_EQ(meet("fd00::/8", "fe80::/10"), "");
  // An IPv4 network has the mapped forms of its addresses, and no IPv6 network has an IPv4 address.
  EXPECT_EQ(meet("10.0.0.0/8", "::/0"), "::ffff:10.0.0.0/104");
  EXPECT_EQ(meet("10.0.0.0/8", "::ffff:10.1.0.0/112"), "::ffff:10.1.0.0/112");
  EXPECT_EQ(meet("10.1.0.0/16", "::ffff:10.0.0.0/104"), "::ffff:10.1.0.0/112");
  EXPECT_EQ(meet("10.0.0.0/8", "::ffff:11.0.0.0/104"), "");
  EXPECT_EQ(meet("10.0.0.0/8", "fd00::/8"), "");
}

}  // namespace
}  // namespace goru::host::http
