; Called in no other way than by its name: a pointer to it is refused.
; RUN: %opt -passes=multiisa-lower-setjmp -disable-output %s 2>&1 | FileCheck %s

; CHECK: refusal: in 'table': setjmp is used in another way than by calling it
; CHECK-NEXT: refusal: in 'f': _setjmp is used in another way than by calling it
; CHECK-NOT: {{.}}

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@table = global ptr @setjmp

define ptr @f() {
  ret ptr @_setjmp
}

declare i32 @setjmp(ptr)
declare i32 @_setjmp(ptr)
