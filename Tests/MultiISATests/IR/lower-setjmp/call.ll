; setjmp becomes a call that returns once; whether signal masks are saved is its second argument.
; RUN: %opt -passes=multiisa-lower-setjmp -S %s | FileCheck %s

; CHECK-LABEL: define i32 @f(ptr %env)
; CHECK-NEXT: %a = call i32 @__popcorn_setjmp_point(ptr %env, i32 0)
; CHECK-NEXT: %b = call i32 @__popcorn_setjmp_point(ptr %env, i32 1)
; CHECK-NEXT: %r = add i32 %a, %b
; CHECK-NEXT: ret i32 %r
;
; CHECK: declare i32 @__popcorn_setjmp_point(ptr, i32)

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define i32 @f(ptr %env) {
  %a = call i32 @setjmp(ptr %env) #0
  %b = call i32 @sigsetjmp(ptr %env, i32 1) #0
  %r = add i32 %a, %b
  ret i32 %r
}

declare i32 @setjmp(ptr) #0
declare i32 @sigsetjmp(ptr, i32) #0

attributes #0 = { returns_twice }
