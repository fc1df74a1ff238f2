; Local variables lie in the frame, which grows for those whose size is not known. A pointer to a function is a slot.
; A function that cannot hop stays as it is.
; RUN: %opt -passes=multiisa-make-frames-resumable -S %s | FileCheck %s

; CHECK: @pointer = global ptr @__popcorn_slots
; A frame that grows has no size that is known.
; CHECK: @__popcorn_site_frames = constant [3 x i32] [i32 0, i32 -1, i32 32]
; CHECK: @__popcorn_slot_0.native = alias void (i32), ptr @callee.native
; CHECK: @__popcorn_slot_0 = alias void (ptr, i32), ptr @callee
; CHECK: @__popcorn_slot_0.resume = alias void (ptr), ptr @callee.resume
;
; CHECK-LABEL: define i32 @plain(i32 %x)
; CHECK-NEXT: %r = add i32 %x, 1
;
; CHECK: define internal void @callee(ptr nest noundef align 16 [[FP:%.+]], i32 %n)
; CHECK-NOT: alloca
; CHECK: [[A:%.+]] = getelementptr inbounds i8, ptr [[FP]], i64 24
; CHECK: [[B:%.+]] = getelementptr inbounds i8, ptr [[FP]], i64 48
; CHECK: [[TOP:%.+]] = getelementptr i8, ptr [[B]], i64 {{%.+}}
; While code of libc runs, callbacks' frames begin at the top, and no hop is possible.
; CHECK: store ptr [[TOP]], ptr
; CHECK: notail call void @use(ptr [[A]], ptr [[B]])
; CHECK: [[KEPT:%.+]] = getelementptr inbounds i8, ptr [[FP]], i64 8
; CHECK-NEXT: store ptr [[TOP]], ptr [[KEPT]]
; CHECK: call void @__popcorn_check(ptr [[TOP]])
;
; CHECK: define internal i32 @__popcorn_program(
; CHECK: [[ENTRY:%.+]] = getelementptr inbounds i8, ptr %p, i64 8
; CHECK: call void [[ENTRY]](ptr nest {{%.+}}, i32 %argc)
;
; CHECK: define internal i32 @__popcorn_program.resume(
; CHECK: [[P:%.+]] = load ptr, ptr
; CHECK: [[ENTRY:%.+]] = getelementptr inbounds i8, ptr [[P]], i64 16
; CHECK-NEXT: call void [[ENTRY]](ptr nest {{%.+}})
;
; CHECK: define internal void @callee.native(i32 [[N:%.+]])
; CHECK: call void @callee(ptr nest {{%.+}}, i32 [[N]])

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-musl"

@pointer = global ptr @callee

define void @callee(i32 %n) {
  %a = alloca [4 x i32], align 4
  %b = alloca i8, i32 %n
  call void @use(ptr %a, ptr %b)
  call void @__popcorn_point()
  call void @use(ptr %a, ptr %b)
  ret void
}

define i32 @plain(i32 %x) {
  %r = add i32 %x, 1
  ret i32 %r
}

define i32 @__popcorn_program(i32 %argc, ptr %argv, ptr %envp) {
  %p = load ptr, ptr @pointer
  call void %p(i32 %argc)
  %r = call i32 @plain(i32 %argc)
  ret i32 %r
}

define void @__popcorn_destructors() {
  ret void
}

declare void @use(ptr, ptr)
declare void @__popcorn_point()
