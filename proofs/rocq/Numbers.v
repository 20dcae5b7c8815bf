(* Tactics that decide a closed inequality between real numbers by interval arithmetic.
   Where: counterexamples, where everything is a number; domains at explicit points.
   Reference: G. Melquiond, Proving bounds on real-valued functions with computations (coq-interval). *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From Convexcheck Require Import Sums Convex Functions Ranges.
Open Scope R_scope.

(* An exact comparison, or one with a margin. *)
Ltac compare_numbers :=
  first [ lra
        | first [apply Rminus_lt | apply Rminus_le];
          first [interval with (i_prec 60) | interval with (i_prec 200) | field_simplify; lra | interval with (i_prec 900)] ].

(* Enclose every integral, and forget what it is; its end by itself where it cannot be read as it stands. *)
Ltac enclosed f a b :=
  let H := fresh "H" in let s := fresh "s" in
  integral_intro (RInt f a b) with (i_prec 60) as H; revert H; generalize (RInt f a b);
  intros s H; simpl in s.
Ltac enclose_integrals :=
  repeat match goal with
  | |- context [RInt ?f ?a ?b] =>
      first [ enclosed f a b
            | let H := fresh "H" in let u := fresh "u" in
              interval_intro b with (i_prec 90) as H; revert H; generalize b; intros u H; enclosed f a u ]
  end.

(* What is named in the language but unknown to interval arithmetic; decided comparisons. *)
Ltac plain_step :=
  match goal with
  | |- context [Rleb ?a ?b] => first [ rewrite (Rleb_true a b) by number | rewrite (Rleb_false a b) by number ]
  | |- context [Rltb ?a ?b] => first [ rewrite (Rltb_true a b) by number | rewrite (Rltb_false a b) by number ]
  | |- context [Reqb ?a ?b] => first [ rewrite (Reqb_true a b) by number | rewrite (Reqb_false a b) by number ]
  | |- context [place_of ?r] => first [ found_place r 0%nat | found_place r 1%nat | found_place r 2%nat | found_place r 3%nat
      | found_place r 4%nat | found_place r 5%nat ]
  | |- context [Rmax ?a ?b] => rewrite (Rmax_abs a b)
  | |- context [pw ?u ?q] => first [ rewrite (pw_zero u q) by number | rewrite (pw_exp u q) by number ]
  end
with found_place r n := rewrite (place_is r n) by (split; simpl INR; number)
(* A closed comparison. *)
with number :=
  repeat plain_step; cbn [andb orb negb]; enclose_integrals;
  first [ compare_numbers | apply Rlt_not_eq; compare_numbers | apply Rgt_not_eq; compare_numbers ].

(* Integrals are enclosed from the lower end up. *)
Definition erf_at (t : R) : R := 2 / sqrt PI * RInt (fun s => exp (- (s ^ 2))) 0 t.
Lemma erf_up t : erf t = erf_at t.
Proof. reflexivity. Qed.
Lemma erf_down t : erf t = - erf_at (- t).
Proof. change (erf t = - erf (- t)). rewrite erf_opp. ring. Qed.

Ltac at_numbers :=
  repeat match goal with |- context [erf ?t] =>
    first [ replace t with 0 by lra; rewrite erf_0
          | assert (t <= 0) by (first [lra | interval with (i_prec 60)]); rewrite (erf_down t)
          | rewrite (erf_up t) ]
  end;
  unfold erf_at, asinh, sigmoid, softplus, tanh, sinh, cosh, Rpower in *; number.

(* The goals that a condition leaves at explicit points: all indices below a number, one by one. *)
Ltac each_index i H :=
  repeat (destruct i as [|i]; [|try (exfalso; lia)]); try (exfalso; lia).

(* A function of a value u in a range, whose ends are hypotheses. *)
Ltac within u := clearbody u; first [interval with (i_prec 80) | interval with (i_bisect u, i_prec 80, i_depth 30)].

(* A value on a box, which is halved where that is needed. *)
Ltac in_box1 a := first [interval with (i_prec 60) | interval with (i_bisect a, i_prec 60, i_depth 40)].
Ltac in_box2 a b := first [interval with (i_prec 60) | interval with (i_bisect a, i_bisect b, i_prec 60, i_depth 40)].
Ltac in_box3 a b c :=
  first [interval with (i_prec 60) | interval with (i_bisect a, i_bisect b, i_bisect c, i_prec 60, i_depth 40)].

Ltac at_every_index :=
  intros;
  repeat match goal with
  | H : (?i < _)%nat |- _ => each_index i H; clear H
  end;
  cbv beta iota; repeat split; first [lia | at_numbers].
