; In a constant format %Lf becomes %f, in a copy; a format without one stays.
; RUN: %opt -passes=multiisa-rewrite-long-double-formats -S %s | FileCheck %s

; CHECK: @format = private constant [14 x i8] c"%5.1Lf %d %%L\00"
; CHECK: @plain = private constant [6 x i8] c"%f %d\00"
; CHECK: @format.1 = private unnamed_addr constant [13 x i8] c"%5.1f %d %%L\00", align 1
;
; CHECK-LABEL: define void @f(double %x)
; CHECK-NEXT: %a = call i32 (ptr, ...) @printf(ptr @format.1, double %x, i32 1)
; CHECK-NEXT: %b = call i32 (ptr, ...) @printf(ptr @plain, double %x, i32 1)
; CHECK-NEXT: ret void
;
; CHECK: declare i32 @printf(ptr, ...)

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@format = private constant [14 x i8] c"%5.1Lf %d %%L\00"
@plain = private constant [6 x i8] c"%f %d\00"

define void @f(double %x) {
  %a = call i32 (ptr, ...) @printf(ptr @format, double %x, i32 1)
  %b = call i32 (ptr, ...) @printf(ptr @plain, double %x, i32 1)
  ret void
}

declare i32 @printf(ptr, ...)
