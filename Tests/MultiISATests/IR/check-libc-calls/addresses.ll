; An address counts as a call. What the program defines itself is not libc's.
; RUN: %opt -passes=multiisa-check-libc-calls -disable-output %s 2>&1 | FileCheck %s

; CHECK: warning: in 'table': takes the address of mprotect: changes a mapping of this node only
; CHECK-NEXT: refusal: in 'table': takes the address of sbrk: the program's heap is the runtime's
; CHECK-NEXT: refusal: in 'f': takes the address of sbrk: the program's heap is the runtime's
; CHECK-NOT: {{.}}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@table = global [2 x ptr] [ptr @mprotect, ptr @sbrk]

define ptr @f() {
  ret ptr @sbrk
}

define ptr @brk(ptr %p) {
  ret ptr %p
}

declare i32 @mprotect(ptr, i64, i32)
declare ptr @sbrk(i64)
