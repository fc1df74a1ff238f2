; A variadic function takes a pointer to slots, which its caller fills; its va_list says that no register is left.
; RUN: %opt -passes=multiisa-lower-variadics -S %s | FileCheck %s

; CHECK-LABEL: define double @f()
; CHECK-NEXT: %slots = alloca [16 x i8], align 16
; CHECK-NEXT: [[V0:%.+]] = getelementptr i8, ptr %slots, i64 0
; CHECK-NEXT: store i32 7, ptr [[V0]], align 8
; CHECK-NEXT: [[V1:%.+]] = getelementptr i8, ptr %slots, i64 8
; CHECK-NEXT: store double 2.000000e+00, ptr [[V1]], align 8
; CHECK-NEXT: %r = call double @sum(i32 2, ptr %slots)
; CHECK-NEXT: ret double %r
;
; CHECK: declare void @use(ptr)
;
; CHECK: define double @sum(i32 %n, ptr [[V0:%.+]])
; CHECK-NEXT: %list = alloca [24 x i8], align 8
; CHECK-NEXT: store i32 48, ptr %list, align 4
; CHECK-NEXT: [[V1:%.+]] = getelementptr i8, ptr %list, i64 4
; CHECK-NEXT: store i32 176, ptr [[V1]], align 4
; CHECK-NEXT: [[V2:%.+]] = getelementptr i8, ptr %list, i64 8
; CHECK-NEXT: store ptr [[V0]], ptr [[V2]], align 8
; CHECK-NEXT: [[V3:%.+]] = getelementptr i8, ptr %list, i64 16
; CHECK-NEXT: store ptr null, ptr [[V3]], align 8
; CHECK-NEXT: call void @use(ptr %list)
; CHECK-NEXT: ret double 0.000000e+00

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define double @sum(i32 %n, ...) {
  %list = alloca [24 x i8], align 8
  call void @llvm.va_start.p0(ptr %list)
  call void @use(ptr %list)
  call void @llvm.va_end.p0(ptr %list)
  ret double 0.0
}

define double @f() {
  %r = call double (i32, ...) @sum(i32 2, i32 7, double 2.0)
  ret double %r
}

declare void @use(ptr)
declare void @llvm.va_start.p0(ptr)
declare void @llvm.va_end.p0(ptr)
