(* A function of one entry, as data: it lies above its value at one end of a range, where its derivative has a sign.
   Where: the sign rules "ladder" and "split"; the line is that of the points all of whose entries are t.
   Reference: the mean value theorem. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Calculus Expr Rules Signs.
Open Scope R_scope.

Definition at_ (t : R) : point := fun _ _ _ => t.
Definition ones : point := fun _ _ _ => 1.

Lemma derive_at e t : ok (at_ t) ones e -> is_derive (fun s => ev (at_ s) ones e) t (ev (at_ t) ones (D e)).
Proof.
  assert (M : forall s, mix s (at_ 1) (at_ 0) = at_ s)
    by (intros s; unfold mix, at_; repeat (apply functional_extensionality; intro); ring).
  assert (A : along (at_ 1) (at_ 0) = ones)
    by (unfold along, at_, ones; repeat (apply functional_extensionality; intro); ring).
  assert (C := D_correct (at_ 1) (at_ 0) e t). rewrite A, M in C. intros H. specialize (C H).
  apply (is_derive_ext (fun s => ev (mix s (at_ 1) (at_ 0)) ones e)); [|exact C]. intros s. rewrite M. reflexivity.
Qed.

Lemma continuous_at e t : cok (at_ t) ones e -> continuity_pt (fun s => ev (at_ s) ones e) t.
Proof.
  assert (M : forall s, mix s (at_ 1) (at_ 0) = at_ s)
    by (intros s; unfold mix, at_; repeat (apply functional_extensionality; intro); ring).
  assert (C := ev_continuous (at_ 1) (at_ 0) ones e t). rewrite M in C. intros H. specialize (C H).
  apply (continuity_pt_ext (fun s => ev (mix s (at_ 1) (at_ 0)) ones e)); [|exact C]. intros s. rewrite M. reflexivity.
Qed.

Section Between.
Variables (e : ex) (a b : R).
Variables (steady : still e).
Variables (smooth : forall t, a < t < b -> ok (at_ t) ones e).
Variables (whole : forall t, a <= t <= b -> cok (at_ t) ones e).

Lemma between : a < b -> exists c, a < c < b /\ value e (at_ b) - value e (at_ a) = ev (at_ c) ones (D e) * (b - a).
Proof.
  intros H. rewrite <- !(ev_still _ ones e steady).
  apply (mean_value (fun s => ev (at_ s) ones e) (fun s => ev (at_ s) ones (D e)) a b H).
  - intros t Ht. apply continuous_at, whole, Ht.
  - intros t Ht. apply derive_at, smooth, Ht.
Qed.

Theorem grows : a <= b -> (forall t, a < t < b -> 0 <= ev (at_ t) ones (D e)) -> value e (at_ a) <= value e (at_ b).
Proof.
  intros [H| ->] P; [|lra]. destruct (between H) as (c & Hc & E).
  assert (0 <= ev (at_ c) ones (D e) * (b - a)) by (apply mul_pp; [apply P, Hc|lra]). lra.
Qed.

Theorem grows_strictly : a < b -> (forall t, a < t < b -> 0 < ev (at_ t) ones (D e)) -> value e (at_ a) < value e (at_ b).
Proof.
  intros H P. destruct (between H) as (c & Hc & E).
  assert (0 < ev (at_ c) ones (D e) * (b - a)) by (apply mul_pp_lt; [apply P, Hc|lra]). lra.
Qed.

Theorem shrinks : a <= b -> (forall t, a < t < b -> 0 <= - ev (at_ t) ones (D e)) -> value e (at_ b) <= value e (at_ a).
Proof.
  intros [H| ->] P; [|lra]. destruct (between H) as (c & Hc & E).
  assert (0 <= - ev (at_ c) ones (D e) * (b - a)) by (apply mul_pp; [apply P, Hc|lra]). lra.
Qed.

Theorem shrinks_strictly : a < b -> (forall t, a < t < b -> 0 < - ev (at_ t) ones (D e)) -> value e (at_ b) < value e (at_ a).
Proof.
  intros H P. destruct (between H) as (c & Hc & E).
  assert (0 < - ev (at_ c) ones (D e) * (b - a)) by (apply mul_pp_lt; [apply P, Hc|lra]). lra.
Qed.
End Between.

(* Functions where their value is a number without a name. *)
Ltac known_values :=
  repeat match goal with
  | |- context [exp ?u] => replace u with 0 by lra; rewrite exp_0
  | |- context [ln ?u] => replace u with 1 by lra; rewrite ln_1
  | |- context [sin ?u] => replace u with 0 by lra; rewrite sin_0
  | |- context [cos ?u] => replace u with 0 by lra; rewrite cos_0
  | |- context [atan ?u] => replace u with 0 by lra; rewrite atan_0
  | |- context [sqrt ?u] => first [replace u with 0 by lra; rewrite sqrt_0 | replace u with 1 by lra; rewrite sqrt_1]
  end.
