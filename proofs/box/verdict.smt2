; claim      convex
; function   x**3 + y**3 - x*y
; variables  x, y
; domain     x - 1 >= 0
; domain     2 - x >= 0
; domain     y - 1 >= 0
; domain     2 - y >= 0
;
; stated here: somewhere f is not real, or the Hessian form along some direction d is < 0
(set-logic QF_NRA)
(set-info :status unsat)
(declare-const x0 Real) ; x
(declare-const x1 Real) ; y
(declare-const x2 Real) ; d_y
(declare-const x3 Real) ; d_x
(assert (>= (+ (- 1.0) x0) 0.0))
(assert (>= (+ 2.0 (* (- 1.0) x0)) 0.0))
(assert (>= (+ (- 1.0) x1) 0.0))
(assert (>= (+ 2.0 (* (- 1.0) x1)) 0.0))
(assert (< (+ (* 6.0 x1 (* x2 x2)) (* 6.0 x0 (* x3 x3)) (* (- 1.0) x3 x2) (* (- 1.0) x3 x2)) 0.0))
(check-sat)
