; A call of libc is refused, warned of, or right, as the table says.
; RUN: %opt -passes=multiisa-check-libc-calls -disable-output %s 2>&1 | FileCheck %s

; CHECK: refusal: in 'f': calls brk: the program's heap is the runtime's
; CHECK-NEXT: warning: in 'f': calls mprotect: changes a mapping of this node only
; CHECK-NOT: {{.}}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define void @f(ptr %p) {
  %a = call i32 @brk(ptr %p)
  %b = call i32 @mprotect(ptr %p, i64 4096, i32 1)
  %c = call i64 @strlen(ptr %p)
  ret void
}

declare i32 @brk(ptr)
declare i32 @mprotect(ptr, i64, i32)
declare i64 @strlen(ptr)
