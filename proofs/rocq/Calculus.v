(* Derivatives along a segment: monotonicity, convexity, and limits at its end.
   Where: the rules "second order" and "composition".
   Reference: the mean value theorem; Boyd and Vandenberghe, sections 3.1.3 and 3.1.4. *)
From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Lemma mean_value (g g' : R -> R) a b :
  a < b -> (forall t, a <= t <= b -> continuity_pt g t) -> (forall t, a < t < b -> is_derive g t (g' t)) ->
  exists c, a < c < b /\ g b - g a = g' c * (b - a).
Proof.
  intros Hab C D.
  assert (P : forall c, a < c < b -> derivable_pt g c).
  { intros c Hc. exists (g' c). apply is_derive_Reals, D, Hc. }
  destruct (MVT g id a b P (fun c _ => derivable_pt_id c) Hab C) as (c & Hc & E).
  { intros. apply derivable_continuous_pt, derivable_pt_id. }
  exists c. split; [exact Hc|].
  assert (E1 : derive_pt g c (P c Hc) = g' c) by (apply derive_pt_eq_0, is_derive_Reals, D, Hc).
  rewrite E1, derive_pt_id in E. unfold id in E. lra.
Qed.

Lemma nondecreasing_unit (g g' : R -> R) :
  (forall t, 0 <= t <= 1 -> continuity_pt g t) -> (forall t, 0 < t < 1 -> is_derive g t (g' t)) ->
  (forall t, 0 < t < 1 -> 0 <= g' t) -> g 0 <= g 1.
Proof.
  intros C D P. destruct (mean_value g g' 0 1) as (c & Hc & E); auto; [lra|].
  assert (0 <= g' c) by (apply P; lra). lra.
Qed.

Lemma convex_unit (g g' g'' : R -> R) :
  (forall t, 0 <= t <= 1 -> continuity_pt g t) -> (forall t, 0 < t < 1 -> is_derive g t (g' t)) ->
  (forall t, 0 < t < 1 -> is_derive g' t (g'' t)) -> (forall t, 0 < t < 1 -> 0 <= g'' t) ->
  forall s, 0 <= s <= 1 -> g s <= (1 - s) * g 0 + s * g 1.
Proof.
  intros C D D' P s Hs.
  destruct (Req_dec s 0) as [->|]; [lra|]. destruct (Req_dec s 1) as [->|]; [lra|].
  destruct (mean_value g g' 0 s) as (a & Ha & Ea); [lra|intros; apply C; lra|intros; apply D; lra|].
  destruct (mean_value g g' s 1) as (b & Hb & Eb); [lra|intros; apply C; lra|intros; apply D; lra|].
  destruct (mean_value g' g'' a b) as (c & Hc & Ec); [lra| |intros; apply D'; lra|].
  { intros t Ht. apply derivable_continuous_pt. exists (g'' t). apply is_derive_Reals, D'. lra. }
  assert (0 <= g'' c) by (apply P; lra).
  assert (M : g' a <= g' b) by (assert (0 <= g'' c * (b - a)) by (apply Rmult_le_pos; lra); lra).
  assert (s * (1 - s) * g' a <= s * (1 - s) * g' b) by (apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|exact M]).
  nra.
Qed.

(* What holds on (0, 1] for a function that is continuous at 0 holds at 0. *)
Lemma limit_le0 (h : R -> R) : continuity_pt h 0 -> (forall s, 0 < s <= 1 -> h s <= 0) -> h 0 <= 0.
Proof.
  intros C H. destruct (Rle_lt_dec (h 0) 0) as [|P]; [assumption|exfalso].
  destruct (C (h 0) P) as (d & Hd & N).
  set (s := Rmin 1 (d / 2)).
  assert (Hs : 0 < s <= 1) by (unfold s, Rmin; destruct (Rle_dec 1 (d / 2)); lra).
  assert (Hsd : s < d) by (unfold s, Rmin; destruct (Rle_dec 1 (d / 2)); lra).
  assert (A : Rabs (h s - h 0) < h 0).
  { apply N. split; [split; [exact I|lra]|]. simpl. unfold R_dist. rewrite Rminus_0_r, Rabs_pos_eq; lra. }
  assert (B := H s Hs). apply Rabs_def2 in A. lra.
Qed.
