; A weak reference to what libc or the runtime has is a reference like any other.
; RUN: %opt -passes='multiisa-resolve-weak<puts>' -S %s | FileCheck %s

; CHECK-LABEL: define i32 @f()
; CHECK-NEXT: %there = icmp ne ptr @puts, null
; CHECK-NEXT: br i1 %there, label %call, label %end
; CHECK: {{^}}call:
; CHECK-NEXT: %r = call i32 @puts(ptr null)
; CHECK-NEXT: ret i32 %r
; CHECK: {{^}}end:
; CHECK-NEXT: ret i32 0
;
; CHECK-LABEL: define ptr @move()
; CHECK-NEXT: ret ptr @migrate
;
; CHECK: declare i32 @puts(ptr)
; CHECK: declare void @migrate(i32, ptr, ptr)

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define i32 @f() {
  %there = icmp ne ptr @puts, null
  br i1 %there, label %call, label %end
call:
  %r = call i32 @puts(ptr null)
  ret i32 %r
end:
  ret i32 0
}

define ptr @move() {
  ret ptr @migrate
}

declare extern_weak i32 @puts(ptr)
declare extern_weak void @migrate(i32, ptr, ptr)
