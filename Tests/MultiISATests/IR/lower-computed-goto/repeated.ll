; A destination stands once in the switch, and only if its address is taken: no number leads to any other.
; RUN: %opt -passes=multiisa-lower-computed-goto -S %s | FileCheck %s

; CHECK-LABEL: define i32 @f(ptr %to)
; CHECK-NEXT: br label %loop
; CHECK: {{^}}loop:
; CHECK-NEXT: %n = phi i32 [ 0, [[V0:%.+]] ], [ 1, %again ]
; CHECK-NEXT: [[V1:%.+]] = ptrtoint ptr %to to i64
; CHECK-NEXT: switch i64 [[V1]], label %no.label [
; CHECK-NEXT: i64 1, label %again
; CHECK-NEXT: i64 2, label %end
; CHECK-NEXT: ]
; CHECK: {{^}}again:
; CHECK-NEXT: store volatile ptr inttoptr (i64 1 to ptr), ptr %to, align 8
; CHECK-NEXT: store volatile ptr inttoptr (i64 2 to ptr), ptr %to, align 8
; CHECK-NEXT: br label %loop
; CHECK: {{^}}end:
; CHECK-NEXT: %r = phi i32 [ %n, %loop ]
; CHECK-NEXT: ret i32 %r
; CHECK: {{^}}other:
; CHECK-NEXT: ret i32 -1
; CHECK: {{^}}no.label:
; CHECK-NEXT: unreachable

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define i32 @f(ptr %to) {
  br label %loop
loop:
  %n = phi i32 [ 0, %0 ], [ 1, %again ]
  indirectbr ptr %to, [label %again, label %end, label %end, label %other]
again:
  store volatile ptr blockaddress(@f, %again), ptr %to
  store volatile ptr blockaddress(@f, %end), ptr %to
  br label %loop
end:
  %r = phi i32 [ %n, %loop ], [ %n, %loop ]
  ret i32 %r
other:
  ret i32 -1
}
