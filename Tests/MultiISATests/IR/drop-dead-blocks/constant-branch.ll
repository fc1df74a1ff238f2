; A branch that a constant decides loses the side that is never taken, and with it what that side calls.
; RUN: %opt -passes=multiisa-drop-dead-blocks -S %s | FileCheck %s

; CHECK-LABEL: define i32 @f(i32 %x)
; CHECK-NEXT: br label %narrow
; CHECK: {{^}}narrow:
; CHECK-NEXT: ret i32 %x
;
; CHECK: declare i32 @g(i32)

define i32 @f(i32 %x) {
  br i1 false, label %wide, label %narrow
wide:
  %w = call i32 @g(i32 %x)
  ret i32 %w
narrow:
  ret i32 %x
}

declare i32 @g(i32)
