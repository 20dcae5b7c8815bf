(* The functions of the language that Coq's library of reals does not name.
   Where: every statement; powers with a rational exponent, the sigmoid, the error function, decided comparisons.
   Reference: NIST Handbook of Mathematical Functions, chapters 4 and 7. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

(* u to the power q for u >= 0: 0 at u = 0 (the language has it there for q > 0 only). *)
Definition pw (u q : R) : R := if Rle_dec u 0 then 0 else exp (q * ln u).

Definition sigmoid (t : R) : R := / (1 + exp (- t)).
Definition softplus (t : R) : R := ln (1 + exp t).
Definition erf (t : R) : R := 2 / sqrt PI * RInt (fun s => exp (- (s ^ 2))) 0 t.
Definition asinh (t : R) : R := ln (t + sqrt (t ^ 2 + 1)).

Definition Rleb (a b : R) : bool := if Rle_dec a b then true else false.
Definition Rltb (a b : R) : bool := if Rlt_dec a b then true else false.
Definition Reqb (a b : R) : bool := if Req_EM_T a b then true else false.

(* The index that a whole number >= 0 is. *)
Definition place_of (r : R) : nat := Z.to_nat (up r - 1).
Lemma place_is r n : INR n <= r < INR n + 1 -> place_of r = n.
Proof.
  intros [H1 H2]. unfold place_of. rewrite <- (up_tech r (Z.of_nat n)).
  - replace (Z.of_nat n + 1 - 1)%Z with (Z.of_nat n) by lia. apply Nat2Z.id.
  - rewrite <- INR_IZR_INZ. exact H1.
  - rewrite plus_IZR, <- INR_IZR_INZ. exact H2.
Qed.

Lemma Rleb_true a b : a <= b -> Rleb a b = true.
Proof. unfold Rleb. intros. destruct (Rle_dec a b); [reflexivity|lra]. Qed.
Lemma Rleb_false a b : b < a -> Rleb a b = false.
Proof. unfold Rleb. intros. destruct (Rle_dec a b); [lra|reflexivity]. Qed.
Lemma Rltb_true a b : a < b -> Rltb a b = true.
Proof. unfold Rltb. intros. destruct (Rlt_dec a b); [reflexivity|lra]. Qed.
Lemma Rltb_false a b : b <= a -> Rltb a b = false.
Proof. unfold Rltb. intros. destruct (Rlt_dec a b); [lra|reflexivity]. Qed.
Lemma Reqb_true a b : a = b -> Reqb a b = true.
Proof. unfold Reqb. intros. destruct (Req_EM_T a b); [reflexivity|lra]. Qed.
Lemma Reqb_false a b : a <> b -> Reqb a b = false.
Proof. unfold Reqb. intros. destruct (Req_EM_T a b); [contradiction|reflexivity]. Qed.

Lemma pw_exp u q : 0 < u -> pw u q = exp (q * ln u).
Proof. unfold pw. intros. destruct (Rle_dec u 0); [lra|reflexivity]. Qed.

Lemma pw_zero u q : u <= 0 -> pw u q = 0.
Proof. unfold pw. intros. destruct (Rle_dec u 0); [reflexivity|lra]. Qed.

Lemma pw_pos u q : 0 < u -> 0 < pw u q.
Proof. intros. rewrite pw_exp by assumption. apply exp_pos. Qed.

Lemma pw_nonneg u q : 0 <= pw u q.
Proof. unfold pw. destruct (Rle_dec u 0); [lra|]. apply Rlt_le, exp_pos. Qed.

Lemma pw_half u : 0 <= u -> pw u (1 / 2) = sqrt u.
Proof.
  intros [H|<-]; [|rewrite pw_zero by lra; now rewrite sqrt_0].
  rewrite pw_exp by assumption. rewrite <- Rpower_sqrt by assumption. unfold Rpower. do 2 f_equal. lra.
Qed.

Lemma Rmax_abs a b : Rmax a b = (a + b + Rabs (a - b)) / 2.
Proof. unfold Rmax, Rabs. destruct (Rle_dec a b), (Rcase_abs (a - b)); lra. Qed.

Lemma sigmoid_pos t : 0 < sigmoid t.
Proof. unfold sigmoid. apply Rinv_0_lt_compat. assert (H := exp_pos (- t)). lra. Qed.

Lemma sigmoid_lt1 t : sigmoid t < 1.
Proof.
  unfold sigmoid. assert (H := exp_pos (- t)). apply Rmult_lt_reg_r with (1 + exp (- t)); [lra|].
  rewrite Rinv_l; lra.
Qed.
