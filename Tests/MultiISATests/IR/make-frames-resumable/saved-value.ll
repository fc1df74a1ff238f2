; What lives across a call has a place in the frame; the resume function loads it and goes on behind the call.
; RUN: %opt -passes=multiisa-make-frames-resumable -S %s | FileCheck %s

; What the runtime knows of each site: the size of its frame. There is no site 0.
; CHECK: @__popcorn_site_frames = constant [5 x i32] [i32 0, i32 16, i32 32, i32 32, i32 16]
;
; CHECK: define internal i32 @value(ptr nest noundef align 16 [[FP:%.+]], ptr %t)
; CHECK: store i32 1, ptr
; CHECK: [[PLACE:%.+]] = getelementptr inbounds i8, ptr [[FP]], i64 8
; CHECK-NEXT: store ptr %t, ptr [[PLACE]]
; CHECK-NEXT: call void @__popcorn_check(
; CHECK: %v = load i32, ptr %t
;
; CHECK: define internal i32 @value.resume(ptr nest noundef align 16 [[FP:%.+]])
; CHECK: [[SITE:%.+]] = load i32, ptr
; CHECK: [[IS:%.+]] = icmp eq i32 [[SITE]], 1
; CHECK: br i1 [[IS]], label %resume, label %trap
; CHECK: resume:
; CHECK-NEXT: [[PLACE:%.+]] = getelementptr inbounds i8, ptr [[FP]], i64 8
; CHECK-NEXT: [[T:%.+]] = load ptr, ptr [[PLACE]]
; CHECK-NEXT: [[TOP:%.+]] = getelementptr inbounds i8, ptr [[FP]], i64 16
; CHECK-NEXT: call void @__popcorn_arrived(ptr [[TOP]])
; CHECK-NEXT: br label %after
;
; CHECK: define internal i32 @sum(ptr nest noundef align 16 [[FP:%.+]], ptr %t)
; CHECK: [[TOP:%.+]] = getelementptr inbounds i8, ptr [[FP]], i64 32
; CHECK: store i32 2, ptr
; CHECK: [[T:%.+]] = getelementptr inbounds i8, ptr [[FP]], i64 8
; CHECK-NEXT: store ptr %t, ptr [[T]]
; CHECK-NEXT: %l = call i32 @value(ptr nest [[TOP]], ptr %t)
; CHECK: store i32 3, ptr
; CHECK: [[L:%.+]] = getelementptr inbounds i8, ptr [[FP]], i64 16
; CHECK-NEXT: store i32 %l, ptr [[L]]
; CHECK-NEXT: %r = call i32 @value(
;
; CHECK: define internal i32 @sum.resume(ptr nest noundef align 16 {{%.+}})
; CHECK: switch i32 {{%.+}}, label %trap [
; CHECK-NEXT: i32 2, label %[[FIRST:.+]]
; CHECK-NEXT: i32 3, label %[[SECOND:.+]]
; CHECK: [[FIRST]]:
; CHECK: [[L:%.+]] = call i32 @value.resume(
; CHECK-NEXT: br label %after
; CHECK: [[SECOND]]:
; CHECK: [[L:%.+]] = load i32, ptr
; CHECK: [[R:%.+]] = call i32 @value.resume(
;
; CHECK: define i32 @__popcorn_begin(
; CHECK: define i32 @__popcorn_continue(

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

define i32 @sum(ptr %t) noinline {
  %l = call i32 @value(ptr %t)
  %r = call i32 @value(ptr %t)
  %s = add i32 %l, %r
  ret i32 %s
}

define internal i32 @value(ptr %t) noinline {
  call void @__popcorn_point()
  %v = load i32, ptr %t
  ret i32 %v
}

define i32 @__popcorn_program(i32 %argc, ptr %argv, ptr %envp) {
  %r = call i32 @sum(ptr %argv)
  ret i32 %r
}

define void @__popcorn_destructors() {
  ret void
}

declare void @__popcorn_point()
