(* Expressions as data: values, derivatives along a direction, and the proof that the derivative is one.
   Where: every rule that differentiates. D of an expression is computed here, so that no script states a derivative.
   A sum over an index is a function of that index; a coefficient is any real number (data, sizes, parameters).
   Reference: the chain rule; NIST Handbook of Mathematical Functions, 4.2, 4.15, 4.24 and 7.2. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Convexcheck Require Import Sums Convex Functions.
Open Scope R_scope.

Inductive ex : Type :=
  | Zero | Cst (c : R) | Vr (k i j : nat) | Dr (k i j : nat)
  | Add (a b : ex) | Mul (a b : ex) | Opp (a : ex) | Inv (a : ex) | Pow (a : ex) (n : nat)
  | Exp (a : ex) | Ln (a : ex) | Sin (a : ex) | Cos (a : ex) | Atan (a : ex) | Erf (a : ex)
  | Sqrt (a : ex) | Pw (a : ex) (q : R) | Sm (n : nat) (b : nat -> ex) | Ite (c : bool) (a b : ex).

(* The value at the point p, in the direction v. *)
Fixpoint ev (p v : point) (e : ex) : R :=
  match e with
  | Zero => 0 | Cst c => c | Vr k i j => p k i j | Dr k i j => v k i j
  | Add a b => ev p v a + ev p v b | Mul a b => ev p v a * ev p v b
  | Opp a => - ev p v a | Inv a => / ev p v a | Pow a n => ev p v a ^ n
  | Exp a => exp (ev p v a) | Ln a => ln (ev p v a) | Sin a => sin (ev p v a) | Cos a => cos (ev p v a)
  | Atan a => atan (ev p v a) | Erf a => erf (ev p v a)
  | Sqrt a => sqrt (ev p v a) | Pw a q => pw (ev p v a) q
  | Sm n b => Sum n (fun i => ev p v (b i)) | Ite c a b => if c then ev p v a else ev p v b
  end.

Definition add (a b : ex) : ex := match a, b with Zero, _ => b | _, Zero => a | _, _ => Add a b end.
Definition mul (a b : ex) : ex := match a, b with Zero, _ => Zero | _, Zero => Zero | _, _ => Mul a b end.
Definition opp (a : ex) : ex := match a with Zero => Zero | _ => Opp a end.

Arguments add : simpl never.
Arguments mul : simpl never.
Arguments opp : simpl never.

(* The derivative along v; directions and coefficients are constants. *)
Fixpoint D (e : ex) : ex :=
  match e with
  | Zero | Cst _ | Dr _ _ _ => Zero | Vr k i j => Dr k i j
  | Add a b => add (D a) (D b) | Mul a b => add (mul (D a) b) (mul a (D b))
  | Opp a => opp (D a) | Inv a => mul (Opp (Inv (Pow a 2))) (D a)
  | Pow a n => mul (Mul (Cst (IZR (Z.of_nat n))) (Pow a (pred n))) (D a)
  | Exp a => mul (Exp a) (D a) | Ln a => mul (Inv a) (D a)
  | Sin a => mul (Cos a) (D a) | Cos a => mul (Opp (Sin a)) (D a)
  | Atan a => mul (Inv (Add (Cst 1) (Pow a 2))) (D a)
  | Erf a => mul (Mul (Cst (2 / sqrt PI)) (Exp (Opp (Pow a 2)))) (D a)
  | Sqrt a => mul (Inv (Mul (Cst 2) (Sqrt a))) (D a)
  | Pw a q => mul (Mul (Mul (Cst q) (Pw a q)) (Inv a)) (D a)
  | Sm n b => Sm n (fun i => D (b i)) | Ite c a b => Ite c (D a) (D b)
  end.

(* Smooth near the point. *)
Fixpoint ok (p v : point) (e : ex) : Prop :=
  match e with
  | Zero | Cst _ | Vr _ _ _ | Dr _ _ _ => True
  | Add a b | Mul a b => ok p v a /\ ok p v b
  | Opp a | Exp a | Sin a | Cos a | Atan a | Erf a | Pow a _ => ok p v a
  | Inv a => ok p v a /\ ev p v a <> 0
  | Ln a | Sqrt a | Pw a _ => ok p v a /\ 0 < ev p v a
  | Sm n b => forall i, (i < n)%nat -> ok p v (b i)
  | Ite c a b => if c then ok p v a else ok p v b
  end.

(* Continuous at the point: roots of 0 too. *)
Fixpoint cok (p v : point) (e : ex) : Prop :=
  match e with
  | Zero | Cst _ | Vr _ _ _ | Dr _ _ _ => True
  | Add a b | Mul a b => cok p v a /\ cok p v b
  | Opp a | Exp a | Sin a | Cos a | Atan a | Erf a | Pow a _ | Sqrt a => cok p v a
  | Inv a => cok p v a /\ ev p v a <> 0
  | Ln a => cok p v a /\ 0 < ev p v a
  | Pw a q => cok p v a /\ (0 < ev p v a \/ 0 < q)
  | Sm n b => forall i, (i < n)%nat -> cok p v (b i)
  | Ite c a b => if c then cok p v a else cok p v b
  end.

Lemma ev_ext p p' v e : (forall k i j, p k i j = p' k i j) -> ev p v e = ev p' v e.
Proof.
  intros H. assert (p = p') by (repeat (apply functional_extensionality; intro); apply H). now subst.
Qed.

Lemma ev_add p v a b : ev p v (add a b) = ev p v a + ev p v b.
Proof. destruct a, b; simpl; lra. Qed.
Lemma ev_mul p v a b : ev p v (mul a b) = ev p v a * ev p v b.
Proof. destruct a, b; simpl; lra. Qed.
Lemma ev_opp p v a : ev p v (opp a) = - ev p v a.
Proof. destruct a; simpl; lra. Qed.
Lemma ok_add p v a b : ok p v a -> ok p v b -> ok p v (add a b).
Proof. destruct a, b; simpl; tauto. Qed.
Lemma ok_mul p v a b : ok p v a -> ok p v b -> ok p v (mul a b).
Proof. destruct a, b; simpl; tauto. Qed.
Lemma ok_opp p v a : ok p v a -> ok p v (opp a).
Proof. destruct a; simpl; tauto. Qed.

Lemma ok_D p v e : ok p v e -> ok p v (D e).
Proof.
  induction e as [|c|k i j|k i j|a IHa b IHb|a IHa b IHb|a IHa|a IHa|a IHa n|a IHa|a IHa|a IHa|a IHa|a IHa|a IHa|a IHa
                 |a IHa q|n b IHb|c a IHa b IHb]; simpl; intros H; auto.
  - destruct H. now apply ok_add; auto.
  - destruct H. apply ok_add; apply ok_mul; auto.
  - now apply ok_opp; auto.
  - destruct H as [H1 H2]. apply ok_mul; simpl; auto. split; auto.
  - now apply ok_mul; simpl; auto.
  - now apply ok_mul; simpl; auto.
  - destruct H as [H1 H2]. apply ok_mul; simpl; auto. split; auto. lra.
  - now apply ok_mul; simpl; auto.
  - now apply ok_mul; simpl; auto.
  - apply ok_mul; simpl; auto. split; auto. nra.
  - now apply ok_mul; simpl; auto.
  - destruct H as [H1 H2]. apply ok_mul; simpl; auto. split; [auto|].
    assert (0 < sqrt (ev p v a)) by (apply sqrt_lt_R0; exact H2). lra.
  - destruct H as [H1 H2]. apply ok_mul; simpl; auto. repeat split; auto. lra.
  - destruct c; auto.
Qed.

(* The error function and powers, whose derivatives no library states. *)
Lemma is_derive_erf x : is_derive erf x (2 / sqrt PI * exp (- (x ^ 2))).
Proof.
  unfold erf. apply (is_derive_scal (fun t => RInt (fun s => exp (- s ^ 2)) 0 t)).
  apply (is_derive_RInt (fun s => exp (- s ^ 2)) _ 0).
  - apply filter_forall. intros t. apply (@RInt_correct R_CompleteNormedModule).
    apply (@ex_RInt_continuous R_CompleteNormedModule). intros z _.
    apply (ex_derive_continuous (fun s => exp (- s ^ 2))). auto_derive. exact I.
  - apply (ex_derive_continuous (fun s => exp (- s ^ 2))). auto_derive. exact I.
Qed.

Lemma is_derive_pw q x : 0 < x -> is_derive (fun u => pw u q) x (q * pw x q * / x).
Proof.
  intros Hx. apply (is_derive_ext_loc (fun u => exp (q * ln u))).
  - exists (mkposreal x Hx). intros y Hy. symmetry. apply pw_exp.
    assert (A : Rabs (y - x) < x) by exact Hy. apply Rabs_def2 in A. lra.
  - rewrite pw_exp by exact Hx. auto_derive; [exact Hx|]. field. lra.
Qed.

Lemma continuity_pw q x : 0 < x \/ 0 < q -> continuity_pt (fun u => pw u q) x.
Proof.
  intros H. destruct (Rlt_le_dec 0 x) as [Hx|Hx].
  { apply derivable_continuous_pt. exists (q * pw x q * / x). apply is_derive_Reals, is_derive_pw, Hx. }
  destruct H as [H|Hq]; [lra|].
  intros e He. destruct (Req_dec x 0) as [->|N].
  - exists (exp (ln e / q)). split; [apply exp_pos|]. intros y [_ Hy]. simpl in *. unfold R_dist in *.
    rewrite (pw_zero 0) by lra. rewrite Rminus_0_r in *.
    destruct (Rle_lt_dec y 0) as [Hy0|Hy0]; [rewrite pw_zero by exact Hy0; rewrite Rabs_R0; lra|].
    rewrite (Rabs_pos_eq y) in Hy by lra. rewrite Rabs_pos_eq by apply pw_nonneg. rewrite pw_exp by exact Hy0.
    rewrite <- (exp_ln e He). apply exp_increasing. apply ln_increasing in Hy; [|exact Hy0]. rewrite ln_exp in Hy.
    apply Rmult_lt_reg_r with (/ q); [apply Rinv_0_lt_compat, Hq|]. replace (q * ln y * / q) with (ln y) by (field; lra).
    exact Hy.
  - exists (- x). split; [lra|]. intros y [_ Hy]. simpl in *. unfold R_dist in *. apply Rabs_def2 in Hy.
    rewrite !pw_zero by lra. rewrite Rminus_0_r, Rabs_R0. exact He.
Qed.

(* The rules of Coq's library, for plain functions of a real number. *)
Lemma der_const (c t : R) : is_derive (fun _ : R => c) t 0.
Proof. apply is_derive_Reals, derivable_pt_lim_const. Qed.
Lemma der_plus (f g : R -> R) t a b : is_derive f t a -> is_derive g t b -> is_derive (fun s => f s + g s) t (a + b).
Proof. intros F G. apply is_derive_Reals, derivable_pt_lim_plus; apply is_derive_Reals; assumption. Qed.
Lemma der_mult (f g : R -> R) t a b :
  is_derive f t a -> is_derive g t b -> is_derive (fun s => f s * g s) t (a * g t + f t * b).
Proof. intros F G. apply is_derive_Reals, derivable_pt_lim_mult; apply is_derive_Reals; assumption. Qed.
Lemma der_opp (f : R -> R) t a : is_derive f t a -> is_derive (fun s => - f s) t (- a).
Proof. intros F. apply is_derive_Reals, derivable_pt_lim_opp, is_derive_Reals, F. Qed.
Lemma der_comp (h f : R -> R) t a b : is_derive h (f t) b -> is_derive f t a -> is_derive (fun s => h (f s)) t (b * a).
Proof. intros H F. apply is_derive_Reals, (derivable_pt_lim_comp f h); apply is_derive_Reals; assumption. Qed.

Lemma is_derive_Sum n (f : nat -> R -> R) (f' : nat -> R) t :
  (forall i, (i < n)%nat -> is_derive (f i) t (f' i)) -> is_derive (fun s => Sum n (fun i => f i s)) t (Sum n f').
Proof.
  induction n as [|n IH]; intros H; simpl; [apply der_const|].
  apply (der_plus (fun s => Sum n (fun i => f i s))); [apply IH; auto with arith|apply H; lia].
Qed.

Lemma continuity_Sum n (f : nat -> R -> R) t :
  (forall i, (i < n)%nat -> continuity_pt (f i) t) -> continuity_pt (fun s => Sum n (fun i => f i s)) t.
Proof.
  induction n as [|n IH]; intros H; simpl; [apply continuity_pt_const; intros ? ?; reflexivity|].
  apply (continuity_pt_plus (fun s => Sum n (fun i => f i s))); [apply IH; auto with arith|apply H; lia].
Qed.

Definition along (p q : point) : point := fun k i j => p k i j - q k i j.

Theorem D_correct p q e t :
  ok (mix t p q) (along p q) e ->
  is_derive (fun s => ev (mix s p q) (along p q) e) t (ev (mix t p q) (along p q) (D e)).
Proof.
  set (v := along p q).
  induction e as [|c|k i j|k i j|a IHa b IHb|a IHa b IHb|a IHa|a IHa|a IHa n|a IHa|a IHa|a IHa|a IHa|a IHa|a IHa|a IHa
                 |a IHa r|n b IHb|c a IHa b IHb]; simpl; intros H.
  - apply der_const.
  - apply der_const.
  - unfold mix, v, along. auto_derive; [exact I|ring].
  - apply der_const.
  - destruct H. rewrite ev_add. apply der_plus; auto.
  - destruct H as [H1 H2]. rewrite ev_add, !ev_mul. apply der_mult; auto.
  - rewrite ev_opp. apply der_opp. auto.
  - destruct H as [H1 H2]. rewrite ev_mul. evar_last; [apply is_derive_inv; [apply IHa, H1|exact H2]|].
    simpl. field. exact H2.
  - rewrite ev_mul. evar_last; [apply is_derive_pow, IHa, H|]. simpl. rewrite <- INR_IZR_INZ. ring.
  - rewrite ev_mul. apply der_comp; [apply is_derive_exp|auto].
  - destruct H as [H1 H2]. rewrite ev_mul. apply der_comp; [apply is_derive_ln, H2|auto].
  - rewrite ev_mul. apply der_comp; [apply is_derive_sin|auto].
  - rewrite ev_mul. apply der_comp; [apply is_derive_cos|auto].
  - rewrite ev_mul. apply der_comp; [|auto]. evar_last; [apply is_derive_atan|].
    simpl. unfold Rsqr. now rewrite Rmult_1_r.
  - rewrite ev_mul. apply der_comp; [apply is_derive_erf|auto].
  - destruct H as [H1 H2]. rewrite ev_mul. evar_last; [apply is_derive_sqrt; [apply IHa, H1|exact H2]|].
    simpl. unfold Rdiv. ring.
  - destruct H as [H1 H2]. rewrite ev_mul. apply (der_comp (fun u => pw u r)); [apply is_derive_pw, H2|auto].
  - apply is_derive_Sum. intros i Hi. apply IHb, H, Hi.
  - destruct c; auto.
Qed.

Theorem ev_continuous p q v e t : cok (mix t p q) v e -> continuity_pt (fun s => ev (mix s p q) v e) t.
Proof.
  induction e as [|c|k i j|k i j|a IHa b IHb|a IHa b IHb|a IHa|a IHa|a IHa n|a IHa|a IHa|a IHa|a IHa|a IHa|a IHa|a IHa
                 |a IHa r|n b IHb|c a IHa b IHb]; simpl; intros H;
    try (apply continuity_pt_const; intros ? ?; reflexivity).
  - unfold mix. reg.
  - destruct H. apply (continuity_pt_plus (fun s => ev (mix s p q) v a)); auto.
  - destruct H. apply (continuity_pt_mult (fun s => ev (mix s p q) v a)); auto.
  - apply (continuity_pt_opp (fun s => ev (mix s p q) v a)); auto.
  - destruct H. apply (continuity_pt_inv (fun s => ev (mix s p q) v a)); auto.
  - apply (continuity_pt_comp (fun s => ev (mix s p q) v a) (fun u => u ^ n)); auto. reg.
  - apply (continuity_pt_comp (fun s => ev (mix s p q) v a) exp); auto. reg.
  - destruct H as [H1 H2]. apply (continuity_pt_comp (fun s => ev (mix s p q) v a) ln); auto.
    apply derivable_continuous_pt. exists (/ ev (mix t p q) v a). apply is_derive_Reals, is_derive_ln, H2.
  - apply (continuity_pt_comp (fun s => ev (mix s p q) v a) sin); auto. reg.
  - apply (continuity_pt_comp (fun s => ev (mix s p q) v a) cos); auto. reg.
  - apply (continuity_pt_comp (fun s => ev (mix s p q) v a) atan); auto.
    apply derivable_continuous_pt. eexists. apply is_derive_Reals, is_derive_atan.
  - apply (continuity_pt_comp (fun s => ev (mix s p q) v a) erf); auto.
    apply derivable_continuous_pt. eexists. apply is_derive_Reals, is_derive_erf.
  - apply (continuity_pt_comp (fun s => ev (mix s p q) v a) sqrt); auto.
    apply continuity_pt_filterlim, continuous_sqrt.
  - destruct H as [H1 H2]. apply (continuity_pt_comp (fun s => ev (mix s p q) v a) (fun u => pw u r)); auto.
    apply continuity_pw, H2.
  - apply continuity_Sum. intros i Hi. apply IHb, H, Hi.
  - destruct c; auto.
Qed.

Lemma ok_cok p v e : ok p v e -> cok p v e.
Proof.
  induction e as [|c|k i j|k i j|a IHa b IHb|a IHa b IHb|a IHa|a IHa|a IHa n|a IHa|a IHa|a IHa|a IHa|a IHa|a IHa|a IHa
                 |a IHa r|n b IHb|c a IHa b IHb]; simpl; intros H; try exact I;
    try (apply IHa, H); try (split; [apply IHa, H|first [apply IHb, H|exact (proj2 H)|left; exact (proj2 H)]]).
  - intros i Hi. apply IHb, H, Hi.
  - destruct c; [apply IHa, H|apply IHb, H].
Qed.
