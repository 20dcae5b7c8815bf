; claim      convex
; function   y*x**3 + 2*x**2*y**2 + y**4 + x**4 + z**4 + x**2*z**2
; variables  x, y, z
;
; stated here: somewhere f is not real, or the Hessian form along some direction d is < 0
(set-logic QF_NRA)
(set-info :status unsat)
(declare-const x0 Real) ; x
(declare-const x1 Real) ; y
(declare-const x2 Real) ; d_x
(declare-const x3 Real) ; d_y
(declare-const x4 Real) ; d_z
(declare-const x5 Real) ; z
(assert (< (+ (* 8.0 x0 x1 x2 x3) (* 8.0 x0 x1 x2 x3) (* 12.0 (* x4 x4) (* x5 x5)) (* 4.0 x0 x5 x2 x4) (* 4.0 x0 x5 x2 x4) (* 6.0 x0 x1 (* x2 x2)) (* 4.0 (* x3 x3) (* x0 x0)) (* 2.0 (* x4 x4) (* x0 x0)) (* 2.0 (* x2 x2) (* x5 x5)) (* 4.0 (* x1 x1) (* x2 x2)) (* 12.0 (* x0 x0) (* x2 x2)) (* 12.0 (* x3 x3) (* x1 x1)) (* 3.0 x2 x3 (* x0 x0)) (* 3.0 x2 x3 (* x0 x0))) 0.0))
(check-sat)
