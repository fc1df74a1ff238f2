; So does a switch over a constant; blocks that nothing reaches go with it. What is not known stays.
; RUN: %opt -passes=multiisa-drop-dead-blocks -S %s | FileCheck %s

; CHECK-LABEL: define i32 @f(i32 %x)
; CHECK-NEXT: br label %two
; CHECK: {{^}}two:
; CHECK-NEXT: ret i32 20
;
; CHECK-LABEL: define i32 @open_branch(i1 %c)
; CHECK-NEXT: br i1 %c, label %a, label %b
; CHECK: {{^}}a:
; CHECK-NEXT: ret i32 1
; CHECK: {{^}}b:
; CHECK-NEXT: ret i32 2

define i32 @f(i32 %x) {
  switch i32 2, label %other [
    i32 1, label %one
    i32 2, label %two
  ]
one:
  ret i32 10
two:
  %r = phi i32 [ 20, %0 ], [ 30, %loop ]
  ret i32 %r
loop:
  br label %two
other:
  ret i32 %x
}

define i32 @open_branch(i1 %c) {
  br i1 %c, label %a, label %b
a:
  ret i32 1
b:
  ret i32 2
}
