; A pointer to a migration point is one to a function that contains it. A call stays as it is.
; RUN: %opt -passes=multiisa-define-points-by-address -S %s | FileCheck %s

; CHECK: @table = global [2 x ptr] [ptr @migrate.by_address, ptr @migrate.by_address]
;
; CHECK-LABEL: define void @f(ptr %p)
; CHECK-NEXT: call void @migrate(i32 1, ptr null, ptr null)
; CHECK-NEXT: store ptr @check_migrate.by_address, ptr %p, align 8
; CHECK-NEXT: ret void
;
; CHECK: declare void @migrate(i32, ptr, ptr)
; CHECK: declare void @check_migrate(ptr, ptr)
;
; CHECK: define internal void @migrate.by_address(i32 [[V0:%.+]], ptr [[V1:%.+]], ptr [[V2:%.+]])
; CHECK-NEXT: call void @migrate(i32 [[V0]], ptr [[V1]], ptr [[V2]])
; CHECK-NEXT: ret void
;
; CHECK: define internal void @check_migrate.by_address(ptr [[V0:%.+]], ptr [[V1:%.+]])
; CHECK-NEXT: call void @check_migrate(ptr [[V0]], ptr [[V1]])
; CHECK-NEXT: ret void

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@table = global [2 x ptr] [ptr @migrate, ptr @migrate]

define void @f(ptr %p) {
  call void @migrate(i32 1, ptr null, ptr null)
  store ptr @check_migrate, ptr %p
  ret void
}

declare void @migrate(i32, ptr, ptr)
declare void @check_migrate(ptr, ptr)
