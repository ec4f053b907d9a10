import importlib.abc
import importlib.machinery
import sys
import types

# Modules of the standard library that cannot work in a sandbox. They can be imported, so that what only mentions them works, and
# say why where they are used. Names and values are those of Linux (docs.python.org, the modules' own headers). Nothing of a module is
# there before it is imported.

_no_terminal = "the sandbox has no terminal"
_no_sockets = "the sandbox has no sockets; use http, which the host allows with WithSessionAllowedHosts (--allow-host)"

# Per module: why it cannot work; functions; classes; exceptions, of which an error of its own comes first.
_STAND_INS = {
    "_curses": (_no_terminal, "", "", "error"),
    "_multiprocessing": (_no_processes, "", "", ""),
    "_posixsubprocess": (_no_processes, "fork_exec", "", ""),
    "_ssl": (_no_sockets, "", "", ""),
    "concurrent.futures.process": (_no_processes, "", "ProcessPoolExecutor", "BrokenProcessPool"),
    "ctypes": (
        "the sandbox has no native code to call",
        "ARRAY CFUNCTYPE POINTER PYFUNCTYPE SetPointerType addressof alignment byref c_buffer cast create_string_buffer "
        "create_unicode_buffer get_errno memmove memset pointer resize set_errno sizeof string_at wstring_at",
        "Array BigEndianStructure BigEndianUnion CDLL LibraryLoader LittleEndianStructure LittleEndianUnion PyDLL Structure Union "
        "c_bool c_byte c_char c_char_p c_double c_float c_int c_int16 c_int32 c_int64 c_int8 c_long c_longdouble c_longlong c_short "
        "c_size_t c_ssize_t c_time_t c_ubyte c_uint c_uint16 c_uint32 c_uint64 c_uint8 c_ulong c_ulonglong c_ushort c_void_p "
        "c_voidp c_wchar c_wchar_p py_object",
        "ArgumentError",
    ),
    "ctypes.util": ("the sandbox has no native code to call", "", "", ""),
    "ctypes.wintypes": ("the sandbox has no native code to call", "", "", ""),
    "curses": (
        _no_terminal,
        "baudrate beep can_change_color cbreak color_content color_pair curs_set def_prog_mode def_shell_mode delay_output doupdate "
        "echo endwin erasechar filter flash flushinp getmouse getsyx getwin halfdelay has_colors has_key init_color init_pair initscr "
        "intrflush is_term_resized isendwin keyname killchar longname meta mouseinterval mousemask napms newpad newwin nl nocbreak "
        "noecho nonl noqiflush noraw pair_content pair_number putp qiflush raw reset_prog_mode reset_shell_mode resetty resize_term "
        "resizeterm savetty setsyx setupterm start_color termattrs termname tigetflag tigetnum tigetstr tparm typeahead unctrl "
        "unget_wch ungetch ungetmouse update_lines_cols use_default_colors use_env wrapper",
        "window",
        "error",
    ),
    "curses.ascii": (_no_terminal, "", "", ""),
    "curses.panel": (_no_terminal, "bottom_panel new_panel top_panel update_panels", "", "error"),
    "curses.textpad": (_no_terminal, "rectangle", "Textbox", ""),
    "fcntl": ("the sandbox has no locks and no controls of files", "fcntl flock ioctl lockf", "", ""),
    "grp": ("", "", "", ""),
    "mmap": ("files cannot be mapped into memory in the sandbox: read and write them", "", "mmap", ""),
    "multiprocessing": (
        _no_processes + "; multiprocessing.pool.ThreadPool works with WithSessionThreads (--threads)",
        "Array Barrier BoundedSemaphore Condition Event JoinableQueue Lock Manager Pipe Pool Queue RLock RawArray RawValue Semaphore "
        "SimpleQueue Value allow_connection_pickling set_executable set_forkserver_preload",
        "Process",
        "ProcessError BufferTooShort TimeoutError AuthenticationError",
    ),
    "multiprocessing.connection": (_no_processes, "Client Pipe answer_challenge deliver_challenge wait", "Connection Listener", ""),
    "multiprocessing.context": (
        _no_processes,
        "set_spawning_popen assert_spawning",
        "BaseContext DefaultContext ForkContext ForkServerContext ForkProcess Process SpawnContext SpawnProcess",
        "ProcessError BufferTooShort TimeoutError AuthenticationError",
    ),
    "multiprocessing.dummy": (_no_processes, "", "", ""),
    "multiprocessing.heap": (_no_processes, "", "Arena BufferWrapper", ""),
    "multiprocessing.managers": (
        _no_processes, "", "BaseManager BaseProxy Namespace SharedMemoryManager SyncManager Token", "RemoteError"),
    "multiprocessing.pool": (_no_processes, "", "Pool", "MaybeEncodingError"),
    "multiprocessing.process": (_no_processes, "", "AuthenticationString BaseProcess", ""),
    "multiprocessing.queues": (_no_processes, "", "JoinableQueue Queue SimpleQueue", ""),
    "multiprocessing.reduction": (_no_processes, "dump recv_handle register send_handle", "AbstractReducer ForkingPickler", ""),
    "multiprocessing.resource_tracker": (_no_processes, "ensure_running register unregister", "ResourceTracker", ""),
    "multiprocessing.shared_memory": (_no_processes, "", "ShareableList SharedMemory", ""),
    "multiprocessing.sharedctypes": (_no_processes, "Array RawArray RawValue Value copy synchronized", "", ""),
    "multiprocessing.spawn": (_no_processes, "get_executable set_executable freeze_support", "", ""),
    "multiprocessing.synchronize": (
        _no_processes, "", "Barrier BoundedSemaphore Condition Event Lock RLock SemLock Semaphore", ""),
    "multiprocessing.util": (_no_processes, "get_temp_dir spawnv_passfds", "Finalize ForkAwareLocal ForkAwareThreadLock", ""),
    "pty": (_no_terminal, "fork master_open openpty slave_open spawn", "", ""),
    "pwd": ("", "", "", ""),
    "pydoc_data": ("", "", "", ""),
    "pydoc_data.topics": ("", "", "", ""),
    "readline": ("", "", "", ""),
    "resource": ("the limits of the sandbox are the host's (WithSessionMemoryLimit, WithSessionTimeout)", "prlimit", "struct_rusage", ""),
    "ssl": (
        _no_sockets,
        "RAND_add RAND_bytes _create_default_https_context _create_stdlib_context _create_unverified_context create_connection "
        "create_default_context get_default_verify_paths get_protocol_name get_server_certificate wrap_socket",
        "DefaultVerifyPaths MemoryBIO SSLContext SSLObject SSLSession SSLSocket",
        "SSLError SSLZeroReturnError SSLWantReadError SSLWantWriteError SSLSyscallError SSLEOFError SSLCertVerificationError "
        "CertificateError",
    ),
    "syslog": ("the sandbox has no log of the system", "LOG_MASK LOG_UPTO closelog openlog setlogmask syslog", "", ""),
    "termios": (_no_terminal, "tcdrain tcflow tcflush tcgetattr tcgetwinsize tcsendbreak tcsetattr tcsetwinsize", "", "error"),
    "tty": (_no_terminal, "cfmakecbreak cfmakeraw setcbreak setraw", "", ""),
    "venv": (_no_processes, "create main", "EnvBuilder", ""),
    "webbrowser": ("the sandbox has no browser", "get register", "BaseBrowser GenericBrowser", "Error"),
}
_PACKAGES = ("ctypes", "curses", "multiprocessing", "pydoc_data", "venv")
_CONSTANTS = {
    "curses": """
        ALL_MOUSE_EVENTS=268435455 A_ALTCHARSET=4194304 A_ATTRIBUTES=4294967040 A_BLINK=524288 A_BOLD=2097152 A_CHARTEXT=255
        A_COLOR=65280 A_DIM=1048576 A_HORIZONTAL=33554432 A_INVIS=8388608 A_ITALIC=2147483648 A_LEFT=67108864 A_LOW=134217728
        A_NORMAL=0 A_PROTECT=16777216 A_REVERSE=262144 A_RIGHT=268435456 A_STANDOUT=65536 A_TOP=536870912 A_UNDERLINE=131072
        A_VERTICAL=1073741824 BUTTON1_CLICKED=4 BUTTON1_DOUBLE_CLICKED=8 BUTTON1_PRESSED=2 BUTTON1_RELEASED=1
        BUTTON1_TRIPLE_CLICKED=16 BUTTON2_CLICKED=128 BUTTON2_DOUBLE_CLICKED=256 BUTTON2_PRESSED=64 BUTTON2_RELEASED=32
        BUTTON2_TRIPLE_CLICKED=512 BUTTON3_CLICKED=4096 BUTTON3_DOUBLE_CLICKED=8192 BUTTON3_PRESSED=2048 BUTTON3_RELEASED=1024
        BUTTON3_TRIPLE_CLICKED=16384 BUTTON4_CLICKED=131072 BUTTON4_DOUBLE_CLICKED=262144 BUTTON4_PRESSED=65536
        BUTTON4_RELEASED=32768 BUTTON4_TRIPLE_CLICKED=524288 BUTTON5_CLICKED=4194304 BUTTON5_DOUBLE_CLICKED=8388608
        BUTTON5_PRESSED=2097152 BUTTON5_RELEASED=1048576 BUTTON5_TRIPLE_CLICKED=16777216 BUTTON_ALT=134217728
        BUTTON_CTRL=33554432 BUTTON_SHIFT=67108864 COLOR_BLACK=0 COLOR_BLUE=4 COLOR_CYAN=6 COLOR_GREEN=2 COLOR_MAGENTA=5
        COLOR_RED=1 COLOR_WHITE=7 COLOR_YELLOW=3 ERR=-1 KEY_A1=348 KEY_A3=349 KEY_B2=350 KEY_BACKSPACE=263 KEY_BEG=354
        KEY_BREAK=257 KEY_BTAB=353 KEY_C1=351 KEY_C3=352 KEY_CANCEL=355 KEY_CATAB=342 KEY_CLEAR=333 KEY_CLOSE=356
        KEY_COMMAND=357 KEY_COPY=358 KEY_CREATE=359 KEY_CTAB=341 KEY_DC=330 KEY_DL=328 KEY_DOWN=258 KEY_EIC=332 KEY_END=360
        KEY_ENTER=343 KEY_EOL=335 KEY_EOS=334 KEY_EXIT=361 KEY_F0=264 KEY_F1=265 KEY_F10=274 KEY_F11=275 KEY_F12=276
        KEY_F13=277 KEY_F14=278 KEY_F15=279 KEY_F16=280 KEY_F17=281 KEY_F18=282 KEY_F19=283 KEY_F2=266 KEY_F20=284 KEY_F21=285
        KEY_F22=286 KEY_F23=287 KEY_F24=288 KEY_F25=289 KEY_F26=290 KEY_F27=291 KEY_F28=292 KEY_F29=293 KEY_F3=267 KEY_F30=294
        KEY_F31=295 KEY_F32=296 KEY_F33=297 KEY_F34=298 KEY_F35=299 KEY_F36=300 KEY_F37=301 KEY_F38=302 KEY_F39=303 KEY_F4=268
        KEY_F40=304 KEY_F41=305 KEY_F42=306 KEY_F43=307 KEY_F44=308 KEY_F45=309 KEY_F46=310 KEY_F47=311 KEY_F48=312
        KEY_F49=313 KEY_F5=269 KEY_F50=314 KEY_F51=315 KEY_F52=316 KEY_F53=317 KEY_F54=318 KEY_F55=319 KEY_F56=320 KEY_F57=321
        KEY_F58=322 KEY_F59=323 KEY_F6=270 KEY_F60=324 KEY_F61=325 KEY_F62=326 KEY_F63=327 KEY_F7=271 KEY_F8=272 KEY_F9=273
        KEY_FIND=362 KEY_HELP=363 KEY_HOME=262 KEY_IC=331 KEY_IL=329 KEY_LEFT=260 KEY_LL=347 KEY_MARK=364 KEY_MAX=511
        KEY_MESSAGE=365 KEY_MIN=257 KEY_MOUSE=409 KEY_MOVE=366 KEY_NEXT=367 KEY_NPAGE=338 KEY_OPEN=368 KEY_OPTIONS=369
        KEY_PPAGE=339 KEY_PREVIOUS=370 KEY_PRINT=346 KEY_REDO=371 KEY_REFERENCE=372 KEY_REFRESH=373 KEY_REPLACE=374
        KEY_RESET=345 KEY_RESIZE=410 KEY_RESTART=375 KEY_RESUME=376 KEY_RIGHT=261 KEY_SAVE=377 KEY_SBEG=378 KEY_SCANCEL=379
        KEY_SCOMMAND=380 KEY_SCOPY=381 KEY_SCREATE=382 KEY_SDC=383 KEY_SDL=384 KEY_SELECT=385 KEY_SEND=386 KEY_SEOL=387
        KEY_SEXIT=388 KEY_SF=336 KEY_SFIND=389 KEY_SHELP=390 KEY_SHOME=391 KEY_SIC=392 KEY_SLEFT=393 KEY_SMESSAGE=394
        KEY_SMOVE=395 KEY_SNEXT=396 KEY_SOPTIONS=397 KEY_SPREVIOUS=398 KEY_SPRINT=399 KEY_SR=337 KEY_SREDO=400
        KEY_SREPLACE=401 KEY_SRESET=344 KEY_SRIGHT=402 KEY_SRSUME=403 KEY_SSAVE=404 KEY_SSUSPEND=405 KEY_STAB=340
        KEY_SUNDO=406 KEY_SUSPEND=407 KEY_UNDO=408 KEY_UP=259 OK=0 REPORT_MOUSE_POSITION=268435456
    """,
    "fcntl": """
        DN_ACCESS=1 DN_ATTRIB=32 DN_CREATE=4 DN_DELETE=8 DN_MODIFY=2 DN_MULTISHOT=2147483648 DN_RENAME=16 FASYNC=8192
        FD_CLOEXEC=1 FICLONE=1074041865 FICLONERANGE=1075876877 F_ADD_SEALS=1033 F_DUPFD=0 F_DUPFD_CLOEXEC=1030 F_EXLCK=4
        F_GETFD=1 F_GETFL=3 F_GETLEASE=1025 F_GETLK=5 F_GETLK64=5 F_GETOWN=9 F_GETOWN_EX=16 F_GETPIPE_SZ=1032 F_GETSIG=11
        F_GET_FILE_RW_HINT=1037 F_GET_RW_HINT=1035 F_GET_SEALS=1034 F_NOTIFY=1026 F_OFD_GETLK=36 F_OFD_SETLK=37
        F_OFD_SETLKW=38 F_OWNER_PGRP=2 F_OWNER_PID=1 F_OWNER_TID=0 F_RDLCK=0 F_SEAL_FUTURE_WRITE=16 F_SEAL_GROW=4
        F_SEAL_SEAL=1 F_SEAL_SHRINK=2 F_SEAL_WRITE=8 F_SETFD=2 F_SETFL=4 F_SETLEASE=1024 F_SETLK=6 F_SETLK64=6 F_SETLKW=7
        F_SETLKW64=7 F_SETOWN=8 F_SETOWN_EX=15 F_SETPIPE_SZ=1031 F_SETSIG=10 F_SET_FILE_RW_HINT=1038 F_SET_RW_HINT=1036
        F_SHLCK=8 F_UNLCK=2 F_WRLCK=1 LOCK_EX=2 LOCK_MAND=32 LOCK_NB=4 LOCK_READ=64 LOCK_RW=192 LOCK_SH=1 LOCK_UN=8
        LOCK_WRITE=128 RWH_WRITE_LIFE_EXTREME=5 RWH_WRITE_LIFE_LONG=4 RWH_WRITE_LIFE_MEDIUM=3 RWH_WRITE_LIFE_NONE=1
        RWH_WRITE_LIFE_NOT_SET=0 RWH_WRITE_LIFE_SHORT=2
    """,
    "mmap": """
        ACCESS_COPY=3 ACCESS_DEFAULT=0 ACCESS_READ=1 ACCESS_WRITE=2 ALLOCATIONGRANULARITY=4096 MADV_DODUMP=17 MADV_DOFORK=11
        MADV_DONTDUMP=16 MADV_DONTFORK=10 MADV_DONTNEED=4 MADV_FREE=8 MADV_HUGEPAGE=14 MADV_HWPOISON=100 MADV_MERGEABLE=12
        MADV_NOHUGEPAGE=15 MADV_NORMAL=0 MADV_RANDOM=1 MADV_REMOVE=9 MADV_SEQUENTIAL=2 MADV_UNMERGEABLE=13 MADV_WILLNEED=3
        MAP_32BIT=64 MAP_ANON=32 MAP_ANONYMOUS=32 MAP_DENYWRITE=2048 MAP_EXECUTABLE=4096 MAP_NORESERVE=16384
        MAP_POPULATE=32768 MAP_PRIVATE=2 MAP_SHARED=1 MAP_STACK=131072 PAGESIZE=4096 PROT_EXEC=4 PROT_READ=1 PROT_WRITE=2
    """,
    "resource": """
        RLIMIT_AS=9 RLIMIT_CORE=4 RLIMIT_CPU=0 RLIMIT_DATA=2 RLIMIT_FSIZE=1 RLIMIT_MEMLOCK=8 RLIMIT_MSGQUEUE=12 RLIMIT_NICE=13
        RLIMIT_NOFILE=7 RLIMIT_NPROC=6 RLIMIT_OFILE=7 RLIMIT_RSS=5 RLIMIT_RTPRIO=14 RLIMIT_RTTIME=15 RLIMIT_SIGPENDING=11
        RLIMIT_STACK=3 RLIM_INFINITY=-1 RUSAGE_CHILDREN=-1 RUSAGE_SELF=0 RUSAGE_THREAD=1
    """,
    "ssl": """
        ALERT_DESCRIPTION_ACCESS_DENIED=49 ALERT_DESCRIPTION_BAD_CERTIFICATE=42
        ALERT_DESCRIPTION_BAD_CERTIFICATE_HASH_VALUE=114 ALERT_DESCRIPTION_BAD_CERTIFICATE_STATUS_RESPONSE=113
        ALERT_DESCRIPTION_BAD_RECORD_MAC=20 ALERT_DESCRIPTION_CERTIFICATE_EXPIRED=45 ALERT_DESCRIPTION_CERTIFICATE_REVOKED=44
        ALERT_DESCRIPTION_CERTIFICATE_UNKNOWN=46 ALERT_DESCRIPTION_CERTIFICATE_UNOBTAINABLE=111
        ALERT_DESCRIPTION_CLOSE_NOTIFY=0 ALERT_DESCRIPTION_DECODE_ERROR=50 ALERT_DESCRIPTION_DECOMPRESSION_FAILURE=30
        ALERT_DESCRIPTION_DECRYPT_ERROR=51 ALERT_DESCRIPTION_HANDSHAKE_FAILURE=40 ALERT_DESCRIPTION_ILLEGAL_PARAMETER=47
        ALERT_DESCRIPTION_INSUFFICIENT_SECURITY=71 ALERT_DESCRIPTION_INTERNAL_ERROR=80 ALERT_DESCRIPTION_NO_RENEGOTIATION=100
        ALERT_DESCRIPTION_PROTOCOL_VERSION=70 ALERT_DESCRIPTION_RECORD_OVERFLOW=22 ALERT_DESCRIPTION_UNEXPECTED_MESSAGE=10
        ALERT_DESCRIPTION_UNKNOWN_CA=48 ALERT_DESCRIPTION_UNKNOWN_PSK_IDENTITY=115 ALERT_DESCRIPTION_UNRECOGNIZED_NAME=112
        ALERT_DESCRIPTION_UNSUPPORTED_CERTIFICATE=43 ALERT_DESCRIPTION_UNSUPPORTED_EXTENSION=110
        ALERT_DESCRIPTION_USER_CANCELLED=90 CERT_NONE=0 CERT_OPTIONAL=1 CERT_REQUIRED=2 HAS_ALPN=1 HAS_ECDH=1
        HAS_NEVER_CHECK_COMMON_NAME=1 HAS_NPN=0 HAS_PSK=1 HAS_SNI=1 HAS_SSLv2=0 HAS_SSLv3=0 HAS_TLSv1=1 HAS_TLSv1_1=1
        HAS_TLSv1_2=1 HAS_TLSv1_3=1 OPENSSL_VERSION_NUMBER=805306672 OP_ALL=2147483728 OP_CIPHER_SERVER_PREFERENCE=4194304
        OP_ENABLE_KTLS=8 OP_ENABLE_MIDDLEBOX_COMPAT=1048576 OP_IGNORE_UNEXPECTED_EOF=128 OP_LEGACY_SERVER_CONNECT=4
        OP_NO_COMPRESSION=131072 OP_NO_RENEGOTIATION=1073741824 OP_NO_SSLv2=0 OP_NO_SSLv3=33554432 OP_NO_TICKET=16384
        OP_NO_TLSv1=67108864 OP_NO_TLSv1_1=268435456 OP_NO_TLSv1_2=134217728 OP_NO_TLSv1_3=536870912 OP_SINGLE_DH_USE=0
        OP_SINGLE_ECDH_USE=0 PROTOCOL_SSLv23=2 PROTOCOL_TLS=2 PROTOCOL_TLS_CLIENT=16 PROTOCOL_TLS_SERVER=17 PROTOCOL_TLSv1=3
        PROTOCOL_TLSv1_1=4 PROTOCOL_TLSv1_2=5 SSL_ERROR_EOF=8 SSL_ERROR_INVALID_ERROR_CODE=10 SSL_ERROR_SSL=1
        SSL_ERROR_SYSCALL=5 SSL_ERROR_WANT_CONNECT=7 SSL_ERROR_WANT_READ=2 SSL_ERROR_WANT_WRITE=3 SSL_ERROR_WANT_X509_LOOKUP=4
        SSL_ERROR_ZERO_RETURN=6 VERIFY_ALLOW_PROXY_CERTS=64 VERIFY_CRL_CHECK_CHAIN=12 VERIFY_CRL_CHECK_LEAF=4 VERIFY_DEFAULT=0
        VERIFY_X509_PARTIAL_CHAIN=524288 VERIFY_X509_STRICT=32 VERIFY_X509_TRUSTED_FIRST=32768
    """,
    "syslog": """
        LOG_ALERT=1 LOG_AUTH=32 LOG_AUTHPRIV=80 LOG_CONS=2 LOG_CRIT=2 LOG_CRON=72 LOG_DAEMON=24 LOG_DEBUG=7 LOG_EMERG=0
        LOG_ERR=3 LOG_FTP=88 LOG_INFO=6 LOG_KERN=0 LOG_LOCAL0=128 LOG_LOCAL1=136 LOG_LOCAL2=144 LOG_LOCAL3=152 LOG_LOCAL4=160
        LOG_LOCAL5=168 LOG_LOCAL6=176 LOG_LOCAL7=184 LOG_LPR=48 LOG_MAIL=16 LOG_NDELAY=8 LOG_NEWS=56 LOG_NOTICE=5
        LOG_NOWAIT=16 LOG_ODELAY=4 LOG_PERROR=32 LOG_PID=1 LOG_SYSLOG=40 LOG_USER=8 LOG_UUCP=64 LOG_WARNING=4
    """,
    "termios": """
        B0=0 B1000000=4104 B110=3 B115200=4098 B1152000=4105 B1200=9 B134=4 B150=5 B1500000=4106 B1800=10 B19200=14 B200=6
        B2000000=4107 B230400=4099 B2400=11 B2500000=4108 B300=7 B3000000=4109 B3500000=4110 B38400=15 B4000000=4111
        B460800=4100 B4800=12 B50=1 B500000=4101 B57600=4097 B576000=4102 B600=8 B75=2 B921600=4103 B9600=13 BRKINT=2 BS0=0
        BS1=8192 BSDLY=8192 CBAUD=4111 CBAUDEX=4096 CDSUSP=25 CEOF=4 CEOL=0 CEOT=4 CERASE=127 CFLUSH=15 CIBAUD=269418496
        CINTR=3 CKILL=21 CLNEXT=22 CLOCAL=2048 CQUIT=28 CR0=0 CR1=512 CR2=1024 CR3=1536 CRDLY=1536 CREAD=128 CRPRNT=18
        CRTSCTS=2147483648 CS5=0 CS6=16 CS7=32 CS8=48 CSIZE=48 CSTART=17 CSTOP=19 CSTOPB=64 CSUSP=26 CWERASE=23 ECHO=8
        ECHOCTL=512 ECHOE=16 ECHOK=32 ECHOKE=2048 ECHONL=64 ECHOPRT=1024 EXTA=14 EXTB=15 EXTPROC=65536 FF0=0 FF1=32768
        FFDLY=32768 FIOASYNC=21586 FIOCLEX=21585 FIONBIO=21537 FIONCLEX=21584 FIONREAD=21531 FLUSHO=4096 HUPCL=1024 ICANON=2
        ICRNL=256 IEXTEN=32768 IGNBRK=1 IGNCR=128 IGNPAR=4 IMAXBEL=8192 INLCR=64 INPCK=16 ISIG=1 ISTRIP=32 IUCLC=512
        IUTF8=16384 IXANY=2048 IXOFF=4096 IXON=1024 NCC=8 NCCS=32 NL0=0 NL1=256 NLDLY=256 NOFLSH=128 OCRNL=8 OFDEL=128
        OFILL=64 OLCUC=2 ONLCR=4 ONLRET=32 ONOCR=16 OPOST=1 PARENB=256 PARMRK=8 PARODD=512 PENDIN=16384 TAB0=0 TAB1=2048
        TAB2=4096 TAB3=6144 TABDLY=6144 TCFLSH=21515 TCGETA=21509 TCGETS=21505 TCIFLUSH=0 TCIOFF=2 TCIOFLUSH=2 TCION=3
        TCOFLUSH=1 TCOOFF=0 TCOON=1 TCSADRAIN=1 TCSAFLUSH=2 TCSANOW=0 TCSBRK=21513 TCSBRKP=21541 TCSETA=21510 TCSETAF=21512
        TCSETAW=21511 TCSETS=21506 TCSETSF=21508 TCSETSW=21507 TCXONC=21514 TIOCCONS=21533 TIOCEXCL=21516 TIOCGETD=21540
        TIOCGICOUNT=21597 TIOCGLCKTRMIOS=21590 TIOCGPGRP=21519 TIOCGSERIAL=21534 TIOCGSOFTCAR=21529 TIOCGWINSZ=21523
        TIOCINQ=21531 TIOCLINUX=21532 TIOCMBIC=21527 TIOCMBIS=21526 TIOCMGET=21525 TIOCMIWAIT=21596 TIOCMSET=21528
        TIOCM_CAR=64 TIOCM_CD=64 TIOCM_CTS=32 TIOCM_DSR=256 TIOCM_DTR=2 TIOCM_LE=1 TIOCM_RI=128 TIOCM_RNG=128 TIOCM_RTS=4
        TIOCM_SR=16 TIOCM_ST=8 TIOCNOTTY=21538 TIOCNXCL=21517 TIOCOUTQ=21521 TIOCPKT=21536 TIOCPKT_DATA=0 TIOCPKT_DOSTOP=32
        TIOCPKT_FLUSHREAD=1 TIOCPKT_FLUSHWRITE=2 TIOCPKT_NOSTOP=16 TIOCPKT_START=8 TIOCPKT_STOP=4 TIOCSCTTY=21518
        TIOCSETD=21539 TIOCSLCKTRMIOS=21591 TIOCSPGRP=21520 TIOCSSERIAL=21535 TIOCSSOFTCAR=21530 TIOCSTI=21522
        TIOCSWINSZ=21524 TOSTOP=256 VDISCARD=13 VEOF=4 VEOL=11 VEOL2=16 VERASE=2 VINTR=0 VKILL=3 VLNEXT=15 VMIN=6 VQUIT=1
        VREPRINT=12 VSTART=8 VSTOP=9 VSUSP=10 VSWTC=7 VSWTCH=7 VT0=0 VT1=16384 VTDLY=16384 VTIME=5 VWERASE=14 XCASE=4
        XTABS=6144
    """,
}


class _Absent(type):
    """A class that can be named, subclassed and asked for, and whose making says why there is none."""

    def __call__(cls, *args, **kwargs):
        raise cls._stand_in_error(cls._stand_in_reason)

    def __mul__(cls, count):
        return cls

    __rmul__ = __mul__


def _says(name, module, error, reason):
    def function(*args, **kwargs):
        raise error(reason)

    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    function.__doc__ = f"Raises {error.__name__}: {reason}."
    return function


def _fill_stand_in(module):
    name = module.__name__
    reason, functions, classes, exceptions = _STAND_INS[name]
    names = module.__dict__
    error = OSError
    bases = {"CertificateError": "SSLCertVerificationError"}
    for item in exceptions.split():
        if item in bases:
            names[item] = names[bases[item]]
            continue
        base = OSError if error is OSError else error
        names[item] = type(item, (base,), {"__module__": name})
        if error is OSError and item.lower().endswith("error"):
            error = names[item]
    for item in functions.split():
        names[item] = _says(item, name, error, reason)
    for item in classes.split():
        names[item] = _Absent(
            item, (), {"__module__": name, "_stand_in_error": error, "_stand_in_reason": reason, "__doc__": f"Not here: {reason}."}
        )
    for item in _CONSTANTS.get(name, "").split():
        constant, _, value = item.partition("=")
        names[constant] = int(value)
    if name in ("mmap", "resource"):
        names["error"] = OSError
    special = _FILLED.get(name)
    if special is not None:
        special(names)


def _fill_ssl(names):
    import enum

    def collect(kind, prefix, made=enum.IntEnum):
        members = {item: value for item, value in names.items() if item.startswith(prefix) and isinstance(value, int)}
        names[kind] = made(kind, {item.removeprefix("ALERT_DESCRIPTION_"): value for item, value in members.items()})
        names.update({item: names[kind](value) for item, value in members.items()})

    collect("VerifyMode", "CERT_")
    collect("VerifyFlags", "VERIFY_", enum.IntFlag)
    collect("Options", "OP_", enum.IntFlag)
    collect("AlertDescription", "ALERT_DESCRIPTION_")
    names["TLSVersion"] = enum.IntEnum(
        "TLSVersion", {"MINIMUM_SUPPORTED": -2, "SSLv3": 768, "TLSv1": 769, "TLSv1_1": 770, "TLSv1_2": 771, "TLSv1_3": 772, "MAXIMUM_SUPPORTED": -1}
    )
    names["Purpose"] = enum.Enum("Purpose", {"SERVER_AUTH": "1.3.6.1.5.5.7.3.1", "CLIENT_AUTH": "1.3.6.1.5.5.7.3.2"})
    names["socket_error"] = OSError
    names["CHANNEL_BINDING_TYPES"] = []
    names["OPENSSL_VERSION"] = "none"
    names["OPENSSL_VERSION_INFO"] = (0, 0, 0, 0, 0)
    names["OPENSSL_VERSION_NUMBER"] = 0
    names.update(PEM_HEADER="-----BEGIN CERTIFICATE-----", PEM_FOOTER="-----END CERTIFICATE-----")


def _fill_resource(names):
    from collections import namedtuple

    usage = namedtuple(
        "struct_rusage",
        "ru_utime ru_stime ru_maxrss ru_ixrss ru_idrss ru_isrss ru_minflt ru_majflt ru_nswap ru_inblock ru_oublock ru_msgsnd "
        "ru_msgrcv ru_nsignals ru_nvcsw ru_nivcsw",
        module="resource",
    )

    def getrusage(who, /):
        """The CPU time of the sandbox; the rest is not known here."""
        if who not in (names["RUSAGE_SELF"], names["RUSAGE_CHILDREN"], names["RUSAGE_THREAD"]):
            raise ValueError("invalid who parameter")
        used = 0.0 if who == names["RUSAGE_CHILDREN"] else time.process_time()
        return usage(used, 0.0, *[0] * 14)

    def getrlimit(resource, /):
        """The limits of the sandbox are the host's, and no code is told of them."""
        return (names["RLIM_INFINITY"], names["RLIM_INFINITY"])

    refuse = _says("setrlimit", "resource", OSError, _STAND_INS["resource"][0])

    def setrlimit(resource, limits, /):
        """A larger stack may be asked for, which changes nothing; other limits are the host's."""
        if resource != names["RLIMIT_STACK"]:
            refuse()

    names.update(struct_rusage=usage, getrusage=getrusage, getrlimit=getrlimit, setrlimit=setrlimit, getpagesize=lambda: 65536)


def _fill_database(fields, name_of, number_of):
    """pwd and grp: nobody is known."""

    def fill(names):
        from collections import namedtuple

        names[f"struct_{fields[0]}"] = namedtuple(f"struct_{fields[0]}", fields[1], module=names["__name__"])

        def by_name(name, /):
            raise KeyError(f"{name_of}(): name not found: {name!r}")

        def by_number(number, /):
            raise KeyError(f"{number_of}(): {number_of[3:5]}id not found: {number}".replace("pwid", "uid").replace("grid", "gid"))

        def everybody():
            return []

        for function, name in ((by_name, name_of), (by_number, number_of), (everybody, name_of[:5] + "all")):
            function.__name__ = function.__qualname__ = name
            names[name] = function

    return fill


def _fill_readline(names):
    """Nobody edits lines here: what is set is kept by nobody, and there is no history."""

    def nothing(*args):
        return None

    for item in (
        "add_history append_history_file clear_history insert_text parse_and_bind read_history_file read_init_file redisplay "
        "remove_history_item replace_history_item set_auto_history set_completer set_completer_delims "
        "set_completion_display_matches_hook set_history_length set_pre_input_hook set_startup_hook write_history_file "
        "get_completer get_history_item"
    ).split():
        names[item] = nothing
    for item in "get_begidx get_completion_type get_current_history_length get_endidx".split():
        names[item] = lambda: 0
    names.update(get_history_length=lambda: -1, get_line_buffer=lambda: "", get_completer_delims=lambda: " \t\n", backend="none")


def _fill_multiprocessing(names):
    import logging

    class MainProcess:
        name, daemon, exitcode, authkey, pid, ident = "MainProcess", False, None, b"", 1, 1

        def is_alive(self):
            return True

        def __repr__(self):
            return "<_MainProcess name='MainProcess' parent=None started>"

    main = MainProcess()
    here = sys.modules[names["__name__"]]

    def get_context(method=None):
        return here

    names.update(
        cpu_count=lambda: 1,
        current_process=lambda: main,
        parent_process=lambda: None,
        active_children=lambda: [],
        freeze_support=lambda: None,
        get_all_start_methods=lambda: ["spawn"],
        get_start_method=lambda allow_none=False: "spawn",
        set_start_method=lambda method, force=False: None,
        get_logger=lambda: logging.getLogger("multiprocessing"),
        log_to_stderr=lambda level=None: logging.getLogger("multiprocessing"),
        get_context=get_context,
    )


def _fill_process(names):
    import multiprocessing

    names.update({item: getattr(multiprocessing, item) for item in ("current_process", "active_children", "parent_process")})
    names["BaseProcess"] = multiprocessing.Process


def _fill_util(names):
    import logging

    def log(level):
        return lambda message, *args: logging.getLogger("multiprocessing").log(level, message, *args)

    names.update(sub_debug=log(5), debug=log(10), info=log(20), sub_warning=log(25), warn=log(30), get_logger=lambda: logging.getLogger("multiprocessing"))
    names.update(register_after_fork=lambda *args: None, is_exiting=lambda: False, SUBDEBUG=5, SUBWARNING=25, NOTSET=0, DEBUG=10, INFO=20)


def _fill_pool(names):
    names["ThreadPool"] = ThreadPool
    for kind in (AsyncResult, MapResult):
        names[kind.__name__] = kind
    names["ApplyResult"] = AsyncResult
    names["TimeoutError"] = sys.modules["multiprocessing"].TimeoutError


def _fill_dummy(names):
    import queue

    names.update(
        {item: getattr(threading, item) for item in ("Barrier", "BoundedSemaphore", "Condition", "Event", "Lock", "RLock", "Semaphore")},
        Process=threading.Thread,
        Queue=queue.Queue,
        JoinableQueue=queue.Queue,
        Pool=lambda processes=None, initializer=None, initargs=(): ThreadPool(processes, initializer, initargs),
        current_process=threading.current_thread,
        active_children=lambda: [],
        freeze_support=lambda: None,
    )


_FILLED = {
    "concurrent.futures.process": lambda names: names.update(EXTRA_QUEUED_CALLS=1),
    "ctypes.util": lambda names: names.update(find_library=lambda name: None, find_msvcrt=lambda: None),
    "curses": lambda names: names.update({f"KEY_F{n}": 264 + n for n in range(64)}, version=b"none", LINES=24, COLS=80),
    "grp": _fill_database(("group", "gr_name gr_passwd gr_gid gr_mem"), "getgrnam", "getgrgid"),
    "multiprocessing": _fill_multiprocessing,
    "multiprocessing.dummy": _fill_dummy,
    "multiprocessing.pool": _fill_pool,
    "multiprocessing.process": _fill_process,
    "multiprocessing.util": _fill_util,
    "pty": lambda names: names.update(STDIN_FILENO=0, STDOUT_FILENO=1, STDERR_FILENO=2, CHILD=0),
    "pwd": _fill_database(("passwd", "pw_name pw_passwd pw_uid pw_gid pw_gecos pw_dir pw_shell"), "getpwnam", "getpwuid"),
    "pydoc_data.topics": lambda names: names.update(topics={}),
    "readline": _fill_readline,
    "resource": _fill_resource,
    "ssl": _fill_ssl,
    "webbrowser": lambda names: names.update({item: lambda url, *args, **kwargs: False for item in ("open", "open_new", "open_new_tab")}),
}


class _StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last of all finders: what somebody has installed under such a name comes first."""

    def find_spec(self, name, path=None, target=None):
        if name not in _STAND_INS:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin="stand-in", is_package=name in _PACKAGES)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        reason = _STAND_INS[module.__name__][0]
        module.__doc__ = f"Cannot work here: {reason}." if reason else "What the sandbox has of it."
        _fill_stand_in(module)


sys.meta_path.append(_StandIns())
