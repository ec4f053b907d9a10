;; A guest by hand, as docs/GUEST_ABI.md has it: the least that a language needs. Code is printed and is its own value;
;; what begins with ! is a command, by the letter behind it. The codec is JSON.
;;
;; Memory: 0 iovec, 16 the interrupt flag, 1024 texts, 16384 requests, 32768 answers, 65536 the job.
(module
  (import "goru" "host_call" (func $host_call (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 2)
  (global (export "goru_interrupt_flag") i32 (i32.const 16))
  (global $runs (mut i32) (i32.const 0))
  (global $end (mut i32) (i32.const 0)) ;; of the request that is being written
  (global $code (mut i32) (i32.const 0))
  (global $code_size (mut i32) (i32.const 0))

  (data (i32.const 1024) "{\"value\":\"\\\"\00")
  (data (i32.const 1088) "\\\"\"}\00")
  (data (i32.const 1152) "{\"error\":{\"kind\":\"\00")
  (data (i32.const 1216) "\",\"type\":\"Squawk\",\"message\":\"\00")
  (data (i32.const 1280) "\",\"traceback\":\"\"}}\00")
  (data (i32.const 1344) "{\"exit\":7}\00")
  (data (i32.const 1408) "[\"echo\",{\"text\":\"\00")
  (data (i32.const 1472) "\"}]\00")
  (data (i32.const 1536) "{}\00")
  (data (i32.const 1600) "memory\00")
  (data (i32.const 1632) "interrupted\00")
  (data (i32.const 1664) "call_limit\00")
  (data (i32.const 1696) "exception\00")
  (data (i32.const 1728) "overloaded\00")
  (data (i32.const 1760) "\0a")

  (type $command (func))
  ;; One place for each letter of the alphabet; those without a command are empty, and calling one is a fault.
  (table 26 funcref)
  (elem (i32.const 2) $count)
  (elem (i32.const 5) $forever)
  (elem (i32.const 7) $host)
  (elem (i32.const 8) $interrupted $claim_interrupted $claim_call_limit $calls_for_ever $memory $claim_memory $claim_another $process_exit)
  (elem (i32.const 18) $stdin $trap)
  (elem (i32.const 23) $exit)

  ;; --- requests ---

  (func $begin (param $op i32)
    (i32.store8 (i32.const 16384) (local.get $op))
    (global.set $end (i32.const 16385)))
  (func $byte (param $byte i32)
    (i32.store8 (global.get $end) (local.get $byte))
    (global.set $end (i32.add (global.get $end) (i32.const 1))))
  (func $text (param $at i32)
    (local $byte i32)
    (loop $next
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (local.get $byte)
        (then
          (call $byte (local.get $byte))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $next)))))
  (func $put_code
    (local $i i32)
    (loop $next
      (if (i32.lt_u (local.get $i) (global.get $code_size))
        (then
          (call $byte (i32.load8_u (i32.add (global.get $code) (local.get $i))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $next)))))
  (func $send (result i32)
    (call $host_call (i32.const 16384) (i32.sub (global.get $end) (i32.const 16384)) (i32.const 32768) (i32.const 32768)))

  ;; --- outcomes ---

  (func $report (param $outcome i32)
    (call $begin (i32.const 114)) ;; r
    (call $text (local.get $outcome))
    (drop (call $send)))
  (func $fail (param $kind i32)
    (call $begin (i32.const 114))
    (call $text (i32.const 1152))
    (call $text (local.get $kind))
    (call $text (i32.const 1216))
    (call $put_code)
    (call $text (i32.const 1280))
    (drop (call $send)))
  (func $print (param $at i32) (param $size i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $size))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))

  ;; --- commands ---

  (func $count (type $command)
    (i32.store8 (i32.const 24) (i32.add (i32.const 48) (global.get $runs)))
    (call $print (i32.const 24) (i32.const 1))
    (call $report (i32.const 1536)))
  (func $forever (type $command)
    (loop $again (br $again)))
  (func $ask (result i32) ;; whether the host answered with a value; the answer's size lies at 28
    (call $begin (i32.const 99)) ;; c
    (call $text (i32.const 1408))
    (call $put_code)
    (call $text (i32.const 1472))
    (i32.store (i32.const 28) (call $send))
    (i32.eq (i32.load8_u (i32.const 32768)) (i32.const 111))) ;; o
  (func $host (type $command)
    (if (call $ask)
      (then
        (call $print (i32.const 32769) (i32.sub (i32.load (i32.const 28)) (i32.const 1)))
        (call $report (i32.const 1536)))
      (else (call $fail (i32.const 1696)))))
  (func $interrupted (type $command)
    (loop $again
      (br_if $again (i32.eqz (i32.load (i32.const 16)))))
    (i32.store (i32.const 16) (i32.const 0))
    (call $fail (i32.const 1632)))
  (func $claim_interrupted (type $command) (call $fail (i32.const 1632)))
  (func $claim_call_limit (type $command) (call $fail (i32.const 1664)))
  (func $calls_for_ever (type $command)
    (loop $again (br_if $again (call $ask)))
    (call $fail (i32.const 1664)))
  (func $memory (type $command)
    (loop $again
      (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
    (call $fail (i32.const 1600)))
  (func $claim_memory (type $command) (call $fail (i32.const 1600)))
  (func $claim_another (type $command) (call $fail (i32.const 1728)))
  (func $process_exit (type $command) (call $proc_exit (i32.const 3)))
  (func $stdin (type $command)
    (i32.store (i32.const 0) (i32.const 32768))
    (i32.store (i32.const 4) (i32.const 1000))
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $print (i32.const 32768) (i32.load (i32.const 8)))
    (call $report (i32.const 1536)))
  (func $trap (type $command) (unreachable))
  (func $exit (type $command) (call $report (i32.const 1344)))

  (func $repeat (param $want_value i32)
    (call $print (global.get $code) (global.get $code_size))
    (call $print (i32.const 1760) (i32.const 1))
    (if (i32.eqz (local.get $want_value))
      (then (call $report (i32.const 1536)))
      (else
        (call $begin (i32.const 114))
        (call $text (i32.const 1024))
        (call $put_code)
        (call $text (i32.const 1088))
        (drop (call $send)))))

  ;; --- exports ---

  (func (export "_initialize"))
  (func (export "goru_init") (result i32) (i32.const 0))
  (func (export "goru_buffer") (param $size i32) (result i32)
    (local $missing i32)
    (local.set $missing
      (i32.sub
        (i32.add (i32.const 2) (i32.shr_u (local.get $size) (i32.const 16)))
        (memory.size)))
    (if (i32.gt_s (local.get $missing) (i32.const 0))
      (then
        (if (i32.eq (memory.grow (local.get $missing)) (i32.const -1))
          (then (return (i32.const 0))))))
    (i32.const 65536))
  ;; The job is {"code":"...", ...,"value":true}, its members in this order.
  (func (export "goru_run") (param $size i32) (result i32)
    (local $at i32)
    (global.set $runs (i32.add (global.get $runs) (i32.const 1)))
    (global.set $code (i32.const 65545))
    (local.set $at (i32.const 65545))
    (loop $next
      (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 34))
        (then
          ;; What stands behind a backslash does not end it.
          (local.set $at
            (i32.add (local.get $at)
              (select (i32.const 2) (i32.const 1) (i32.eq (i32.load8_u (local.get $at)) (i32.const 92)))))
          (br $next))))
    (global.set $code_size (i32.sub (local.get $at) (global.get $code)))
    (if (i32.eq (i32.load8_u (global.get $code)) (i32.const 33))
      (then
        (call_indirect (type $command) (i32.sub (i32.load8_u offset=1 (global.get $code)) (i32.const 97))))
      (else
        ;; The last letter of true or false but one: u or s.
        (call $repeat
          (i32.eq (i32.load8_u (i32.sub (i32.add (i32.const 65536) (local.get $size)) (i32.const 3))) (i32.const 117)))))
    (i32.const 0)))
