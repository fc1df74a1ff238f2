; What nobody has is null, in code and in data, and so is what libc has but the table refuses. A call of it faults
; when it is made.
; RUN: %opt -passes='multiisa-resolve-weak<brk>' -S %s | FileCheck %s

; CHECK: @table = global [2 x ptr] [ptr null, ptr @f]
; CHECK: @__popcorn_null = internal constant ptr null
;
; CHECK-LABEL: define i32 @f()
; CHECK-NEXT: %set = icmp ne ptr null, null
; CHECK-NEXT: [[V0:%.+]] = load volatile ptr, ptr @__popcorn_null, align 8
; CHECK-NEXT: %r = call i32 [[V0]](i32 3)
; CHECK-NEXT: ret i32 %r
;
; CHECK-LABEL: define ptr @refused()
; CHECK-NEXT: ret ptr null

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@table = global [2 x ptr] [ptr @hook, ptr @f]
@data = extern_weak global i32
@local = extern_weak thread_local global i32

define i32 @f() {
  %set = icmp ne ptr @data, null
  %t = call ptr @llvm.threadlocal.address.p0(ptr @local)
  %r = call i32 @hook(i32 3)
  ret i32 %r
}

define ptr @refused() {
  ret ptr @brk
}

declare extern_weak i32 @hook(i32)
declare extern_weak i32 @brk(ptr)
declare ptr @llvm.threadlocal.address.p0(ptr)
