; Labels become numbers, in tables too, and a jump to one a switch.
; RUN: %opt -passes=multiisa-lower-computed-goto -S %s | FileCheck %s

; CHECK: @table = internal constant [2 x ptr] [ptr inttoptr (i64 1 to ptr), ptr inttoptr (i64 2 to ptr)]
;
; CHECK-LABEL: define i32 @f(i64 %i)
; CHECK-NEXT: %p = getelementptr [2 x ptr], ptr @table, i64 0, i64 %i
; CHECK-NEXT: %to = load ptr, ptr %p, align 8
; CHECK-NEXT: [[V0:%.+]] = ptrtoint ptr %to to i64
; CHECK-NEXT: switch i64 [[V0]], label %no.label [
; CHECK-NEXT: i64 1, label %one
; CHECK-NEXT: i64 2, label %two
; CHECK-NEXT: ]
; CHECK: {{^}}one:
; CHECK-NEXT: ret i32 1
; CHECK: {{^}}two:
; CHECK-NEXT: ret i32 2
; CHECK: {{^}}no.label:
; CHECK-NEXT: unreachable

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@table = internal constant [2 x ptr] [ptr blockaddress(@f, %one), ptr blockaddress(@f, %two)]

define i32 @f(i64 %i) {
  %p = getelementptr [2 x ptr], ptr @table, i64 0, i64 %i
  %to = load ptr, ptr %p
  indirectbr ptr %to, [label %one, label %two]
one:
  ret i32 1
two:
  ret i32 2
}
