; scanf's %Lf is %lf. A format that is not known goes to the runtime, with a va_list.
; RUN: %opt -passes=multiisa-rewrite-long-double-formats -S %s | FileCheck %s

; CHECK: @format = private constant [4 x i8] c"%Lf\00"
; CHECK: @format.1 = private unnamed_addr constant [4 x i8] c"%lf\00", align 1
;
; CHECK-LABEL: define void @f(ptr %x)
; CHECK-NEXT: %a = call i32 (ptr, ptr, ...) @sscanf(ptr %x, ptr @format.1, ptr %x)
; CHECK-NEXT: ret void
;
; CHECK-LABEL: define void @unknown(ptr %format, double %x)
; CHECK-NEXT: %slots = alloca [8 x i8], align 16
; CHECK-NEXT: %list = alloca [3 x i64], align 8
; CHECK-NEXT: [[V0:%.+]] = getelementptr i8, ptr %slots, i64 0
; CHECK-NEXT: store double %x, ptr [[V0]], align 8
; CHECK-NEXT: store i32 48, ptr %list, align 4
; CHECK-NEXT: [[V1:%.+]] = getelementptr i8, ptr %list, i64 4
; CHECK-NEXT: store i32 176, ptr [[V1]], align 4
; CHECK-NEXT: [[V2:%.+]] = getelementptr i8, ptr %list, i64 8
; CHECK-NEXT: store ptr %slots, ptr [[V2]], align 8
; CHECK-NEXT: [[V3:%.+]] = getelementptr i8, ptr %list, i64 16
; CHECK-NEXT: store ptr null, ptr [[V3]], align 8
; CHECK-NEXT: %a = call i32 @__popcorn_vprintf(ptr %format, ptr %list)
; CHECK-NEXT: ret void
;
; CHECK: declare i32 @sscanf(ptr, ptr, ...)
; CHECK: declare i32 @printf(ptr, ...)
; CHECK: declare i32 @__popcorn_vprintf(ptr, ptr)

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@format = private constant [4 x i8] c"%Lf\00"

define void @f(ptr %x) {
  %a = call i32 (ptr, ptr, ...) @sscanf(ptr %x, ptr @format, ptr %x)
  ret void
}

define void @unknown(ptr %format, double %x) {
  %a = call i32 (ptr, ...) @printf(ptr %format, double %x)
  ret void
}

declare i32 @sscanf(ptr, ptr, ...)
declare i32 @printf(ptr, ...)
