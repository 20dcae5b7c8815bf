(* Functions with kinks: convex pieces that meet at a knot with a slope that jumps up; limits of convex functions.
   Where: the rules "piecewise" and "limit". tau is the variable on which the function depends.
   Reference: R. T. Rockafellar, Convex Analysis, theorems 10.8 and 24.2. *)
From Coq Require Import Reals Lra Lia Psatz FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions Calculus Expr Rules Signs.
Open Scope R_scope.

Lemma convex_within (D E : point -> Prop) f : (forall p, E p -> D p) -> convex_set E -> convex_on D f -> convex_on E f.
Proof. intros H S [_ C]. split; [exact S|]. intros. apply C; auto. Qed.

Lemma mix_at t p q k i j : mix t p q k i j = t * p k i j + (1 - t) * q k i j.
Proof. reflexivity. Qed.

Lemma mix_le t a b c : 0 <= t -> t <= 1 -> a <= c -> b <= c -> t * a + (1 - t) * b <= c.
Proof. intros. nra. Qed.
Lemma mix_ge t a b c : 0 <= t -> t <= 1 -> c <= a -> c <= b -> c <= t * a + (1 - t) * b.
Proof. intros. nra. Qed.
Lemma Rminus_ge_0 a b : 0 <= b - a -> a <= b.
Proof. intros. lra. Qed.

(* The part of a convex set on one side of a number is convex. *)
Ltac half_convex :=
  match goal with SC : convex_set _ |- convex_set _ =>
    let p := fresh in let q := fresh in let t := fresh in let Hp := fresh in let Hq := fresh in let Ht := fresh in
    intros p q t Hp Hq Ht; cbv beta in *;
    repeat match goal with H : _ /\ _ |- _ => destruct H end; rewrite ?mix_at;
    repeat split; first [apply SC; [assumption|assumption|split; assumption] | apply mix_le; assumption | apply mix_ge; assumption]
  end.

(* A function with cases is one of its pieces: each case is impossible, or the same, or the same at a knot. *)
Ltac at_knot t k :=
  let E := fresh in assert (E : t = k) by lra; rewrite ?E;
  rewrite ?exp_0, ?ln_1, ?sqrt_0, ?sqrt_1; first [ring | field; nonzero].
Ltac no_case a := lazymatch a with context [if _ then _ else _] => fail | _ => idtac end.
Ltac pieces knot :=
  unfold Rleb, Rltb, Reqb, Rmax, Rmin, Rabs;
  repeat match goal with
  | |- context [Rcase_abs ?a] => no_case a; destruct (Rcase_abs a)
  | |- context [Rle_dec ?a ?b] => no_case a; no_case b; destruct (Rle_dec a b)
  | |- context [Rlt_dec ?a ?b] => no_case a; no_case b; destruct (Rlt_dec a b)
  | |- context [Req_EM_T ?a ?b] => no_case a; no_case b; destruct (Req_EM_T a b)
  end; cbn [andb orb negb];
  first [reflexivity | exfalso; lra | exfalso; nra | ring | field; nonzero | knot].

(* On the two sides of the knot, and above a line through its value near it: all of D. *)
Section Glue.
Variables (D : point -> Prop) (a i j : nat) (f : point -> R) (k lo hi s : R).
Notation tau p := (p a i j).
Variables (SD : convex_set D) (around : lo < k < hi).
Variables (below : convex_on (fun p => D p /\ tau p <= k) f) (above : convex_on (fun p => D p /\ k <= tau p) f).
Variables (line : forall r p, D r -> D p -> tau r = k -> lo <= tau p <= hi -> f r + s * (tau p - k) <= f p).

(* The line stays below on all of D: a point further away is compared with one nearby on the segment to the knot. *)
Lemma line_everywhere r p : D r -> D p -> tau r = k -> f r + s * (tau p - k) <= f p.
Proof.
  intros Dr Dp E. destruct (Rle_lt_dec lo (tau p)) as [L|L]; [destruct (Rle_lt_dec (tau p) hi) as [H|H]|].
  - apply line; auto.
  - set (t := (hi - k) / (tau p - k)). assert (Ht : 0 < t <= 1).
    { unfold t, Rdiv. split; [apply Rmult_lt_0_compat; [lra|apply Rinv_0_lt_compat; lra]|].
      apply Rmult_le_reg_r with (tau p - k); [lra|]. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    assert (M : tau (mix t p r) = hi) by (rewrite mix_at, E; unfold t; field; lra).
    assert (Dm : D (mix t p r)) by (apply SD; auto; lra).
    assert (A := line r (mix t p r) Dr Dm E ltac:(lra)). rewrite M in A.
    assert (B := proj2 above p r t ltac:(split; [assumption|lra]) ltac:(split; [assumption|lra]) ltac:(lra)).
    replace (hi - k) with (t * (tau p - k)) in A by (unfold t; field; lra).
    apply Rmult_le_reg_l with t; [lra|]. lra.
  - set (t := (k - lo) / (k - tau p)). assert (Ht : 0 < t <= 1).
    { unfold t, Rdiv. split; [apply Rmult_lt_0_compat; [lra|apply Rinv_0_lt_compat; lra]|].
      apply Rmult_le_reg_r with (k - tau p); [lra|]. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    assert (M : tau (mix t p r) = lo) by (rewrite mix_at, E; unfold t; field; lra).
    assert (Dm : D (mix t p r)) by (apply SD; auto; lra).
    assert (A := line r (mix t p r) Dr Dm E ltac:(lra)). rewrite M in A.
    assert (B := proj2 below p r t ltac:(split; [assumption|lra]) ltac:(split; [assumption|lra]) ltac:(lra)).
    replace (lo - k) with (t * (tau p - k)) in A by (unfold t; field; lra).
    apply Rmult_le_reg_l with t; [lra|]. lra.
Qed.

Lemma across p q t : D p -> D q -> tau p < k -> k < tau q -> 0 <= t <= 1 ->
  f (mix t p q) <= t * f p + (1 - t) * f q.
Proof.
  intros Dp Dq Hp Hq Ht. set (b := (tau q - k) / (tau q - tau p)).
  assert (E : b * (tau q - tau p) = tau q - k) by (unfold b; field; lra).
  assert (Hb : 0 < b < 1) by (split; nra).
  set (r := mix b p q). assert (Dr : D r) by (apply SD; auto; lra).
  assert (Er : tau r = k) by (unfold r; rewrite mix_at; lra).
  assert (A := line_everywhere r p Dr Dp Er). assert (B := line_everywhere r q Dr Dq Er).
  assert (C : f r <= b * f p + (1 - b) * f q).
  { assert (b * (f r + s * (tau p - k)) <= b * f p) by (apply Rmult_le_compat_l; lra).
    assert ((1 - b) * (f r + s * (tau q - k)) <= (1 - b) * f q) by (apply Rmult_le_compat_l; lra).
    replace (b * (tau q - tau p)) with (b * tau q - b * tau p) in E by ring.
    assert (Z : b * (tau p - k) + (1 - b) * (tau q - k) = 0) by lra.
    replace (f r) with (b * (f r + s * (tau p - k)) + (1 - b) * (f r + s * (tau q - k))); [lra|].
    replace (b * (f r + s * (tau p - k)) + (1 - b) * (f r + s * (tau q - k)))
      with (f r + s * (b * (tau p - k) + (1 - b) * (tau q - k))) by ring. rewrite Z. ring. }
  destruct (Rle_lt_dec t b) as [L|L].
  - set (c := t / b). assert (Hc : 0 <= c <= 1).
    { unfold c, Rdiv. split; [apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat; lra]|].
      apply Rmult_le_reg_r with b; [lra|]. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    replace (mix t p q) with (mix c r q).
    2:{ unfold r, mix. repeat (apply functional_extensionality; intro). unfold c. field. lra. }
    assert (G := proj2 above r q c ltac:(split; [assumption|lra]) ltac:(split; [assumption|lra]) Hc).
    assert (c * f r <= c * (b * f p + (1 - b) * f q)) by (apply Rmult_le_compat_l; lra).
    replace (t * f p + (1 - t) * f q) with (c * (b * f p + (1 - b) * f q) + (1 - c) * f q) by (unfold c; field; lra). lra.
  - set (c := (t - b) / (1 - b)). assert (Hc : 0 <= c <= 1).
    { unfold c, Rdiv. split; [apply Rmult_le_pos; [lra|apply Rlt_le, Rinv_0_lt_compat; lra]|].
      apply Rmult_le_reg_r with (1 - b); [lra|]. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    replace (mix t p q) with (mix c p r).
    2:{ unfold r, mix. repeat (apply functional_extensionality; intro). unfold c. field. lra. }
    assert (G := proj2 below p r c ltac:(split; [assumption|lra]) ltac:(split; [assumption|lra]) Hc).
    assert ((1 - c) * f r <= (1 - c) * (b * f p + (1 - b) * f q)) by (apply Rmult_le_compat_l; lra).
    replace (t * f p + (1 - t) * f q) with (c * f p + (1 - c) * (b * f p + (1 - b) * f q)) by (unfold c; field; lra). lra.
Qed.

Theorem glue : convex_on D f.
Proof.
  split; [exact SD|]. intros p q t Dp Dq Ht.
  destruct (Rle_lt_dec (tau p) k) as [Hp|Hp]; destruct (Rle_lt_dec (tau q) k) as [Hq|Hq].
  - apply (proj2 below); auto.
  - destruct Hp as [Hp|Hp]; [apply across; auto|]. apply (proj2 above); auto; split; auto; lra.
  - destruct Hq as [Hq|Hq].
    + replace (mix t p q) with (mix (1 - t) q p) by (unfold mix; repeat (apply functional_extensionality; intro); ring).
      assert (A := across q p (1 - t) Dq Dp Hq Hp ltac:(lra)). lra.
    + apply (proj2 above); auto; split; auto; lra.
  - apply (proj2 above); auto; split; auto; lra.
Qed.
End Glue.

(* A differentiable function below 0 on [0, 1] that starts at 0 falls there. *)
Lemma falls (h : R -> R) l : is_derive h 0 l -> h 0 = 0 -> (forall s, 0 <= s <= 1 -> h s <= 0) -> l <= 0.
Proof.
  intros Dh H0 H. destruct (Rle_lt_dec l 0) as [|P]; [assumption|exfalso].
  apply is_derive_Reals in Dh. destruct (Dh l P) as ((d & Hd) & N). set (e := Rmin 1 (d / 2)).
  assert (He : 0 < e <= 1) by (unfold e, Rmin; destruct (Rle_dec 1 (d / 2)); lra).
  assert (Hed : e < d) by (unfold e, Rmin; destruct (Rle_dec 1 (d / 2)); lra).
  assert (A := N e ltac:(lra)). simpl in A. rewrite Rabs_pos_eq in A by lra. specialize (A Hed).
  rewrite Rplus_0_l, H0, Rminus_0_r in A. apply Rabs_def2 in A.
  assert (B := H e ltac:(lra)). assert (C : h e / e <= 0); [|lra].
  unfold Rdiv. assert (0 < / e) by (apply Rinv_0_lt_compat; lra). nra.
Qed.

(* The tangent of a convex function lies below it. *)
Theorem tangent (S : point -> Prop) (e : ex) r p :
  still e -> convex_on S (value e) -> ok r (along p r) e -> S r -> S p ->
  value e r + ev r (along p r) (D e) <= value e p.
Proof.
  intros st [_ C] K Sr Sp. set (v := along p r) in *.
  assert (Dv : is_derive (fun s => ev (mix s p r) v e - (s * value e p + (1 - s) * value e r)) 0
    (ev r v (D e) - (value e p - value e r))).
  { apply (is_derive_minus (fun s => ev (mix s p r) v e) (fun s => s * value e p + (1 - s) * value e r)).
    - replace (ev r v (D e)) with (ev (mix 0 p r) v (D e)) by (rewrite mix_0; reflexivity).
      apply D_correct. rewrite mix_0. exact K.
    - auto_derive; [exact I|ring]. }
  assert (A := falls _ _ Dv). cbv beta in A. rewrite mix_0, (ev_still r v e st) in A.
  assert (B : ev r v (D e) - (value e p - value e r) <= 0); [|lra].
  apply A; [ring|]. intros s Hs. rewrite (ev_still _ v e st). assert (G := C p r s Sp Sr Hs). lra.
Qed.

(* A limit of convex functions, as data with one more coordinate that falls to 0. *)
Definition with_at (a : nat) (t : R) (p : point) : point := fun k i j => if Nat.eqb k a then t else p k i j.

Theorem limit_convex (D : point -> Prop) (a : nat) (e : ex) :
  convex_set D -> (forall p v, D p -> cok (with_at a 0 p) v e) ->
  (forall t, 0 < t -> convex_on D (fun p => value e (with_at a t p))) -> convex_on D (fun p => value e (with_at a 0 p)).
Proof.
  intros SD K C. split; [exact SD|]. intros p q t Dp Dq Ht.
  assert (Dm : D (mix t p q)) by (apply SD; assumption).
  set (at_ := fun s x => mix s (with_at a 1 x) (with_at a 0 x)).
  assert (E : forall s x, at_ s x = with_at a s x).
  { intros. unfold at_, mix, with_at. repeat (apply functional_extensionality; intro). destruct (Nat.eqb x0 a); ring. }
  set (h := fun s => value e (at_ s (mix t p q)) - (t * value e (at_ s p) + (1 - t) * value e (at_ s q))).
  assert (L : h 0 <= 0); [apply limit_le0|unfold h in L; rewrite !E in L; lra].
  - unfold h, value, at_. apply (continuity_pt_minus (fun s => ev (mix s (with_at a 1 (mix t p q)) _) zero e)).
    { apply ev_continuous. rewrite mix_0. apply K, Dm. }
    apply (continuity_pt_plus (fun s => t * ev (mix s (with_at a 1 p) (with_at a 0 p)) zero e)).
    + apply (continuity_pt_scal (fun s => ev (mix s (with_at a 1 p) _) zero e)), ev_continuous. rewrite mix_0. apply K, Dp.
    + apply (continuity_pt_scal (fun s => ev (mix s (with_at a 1 q) _) zero e)), ev_continuous. rewrite mix_0. apply K, Dq.
  - intros s Hs. unfold h. rewrite !E. assert (A := proj2 (C s ltac:(lra)) p q t Dp Dq Ht). cbv beta in A. lra.
Qed.
