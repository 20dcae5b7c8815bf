(* Signs of values, one small lemma per step of interval arithmetic, and the tactics that apply them.
   Where: the sign rules "bounds", "rewritten" and "each term"; obligations.
   Reference: R. E. Moore, R. B. Kearfott, M. J. Cloud, Introduction to Interval Analysis, chapter 2. *)
From Coq Require Import Reals Lra Lia Psatz.
From Convexcheck Require Import Sums Functions.
Open Scope R_scope.

Lemma ge0_eq a b : a = b -> 0 <= b -> 0 <= a.
Proof. now intros ->. Qed.
Lemma gt0_eq a b : a = b -> 0 < b -> 0 < a.
Proof. now intros ->. Qed.

Lemma mul_pp a b : 0 <= a -> 0 <= b -> 0 <= a * b.
Proof. apply Rmult_le_pos. Qed.
Lemma mul_nn a b : a <= 0 -> b <= 0 -> 0 <= a * b.
Proof. nra. Qed.
Lemma mul_pn a b : 0 <= a -> b <= 0 -> a * b <= 0.
Proof. nra. Qed.
Lemma mul_np a b : a <= 0 -> 0 <= b -> a * b <= 0.
Proof. nra. Qed.
Lemma mul_pp_lt a b : 0 < a -> 0 < b -> 0 < a * b.
Proof. apply Rmult_lt_0_compat. Qed.
Lemma mul_nn_lt a b : a < 0 -> b < 0 -> 0 < a * b.
Proof. nra. Qed.
Lemma mul_pn_lt a b : 0 < a -> b < 0 -> a * b < 0.
Proof. nra. Qed.
Lemma mul_np_lt a b : a < 0 -> 0 < b -> a * b < 0.
Proof. nra. Qed.

(* Bounds of a product of two factors >= 0. *)
Lemma mul_lower a b x y : 0 <= x -> 0 <= y -> x <= a -> y <= b -> x * y <= a * b.
Proof. intros. apply Rmult_le_compat; assumption. Qed.
Lemma mul_upper a b x y : 0 <= a -> 0 <= b -> a <= x -> b <= y -> a * b <= x * y.
Proof. intros. apply Rmult_le_compat; assumption. Qed.

Lemma even_ge0 x n : 0 <= x ^ (2 * n).
Proof. rewrite pow_mult. apply pow_le, pow2_ge_0. Qed.
Lemma even_gt0 x n : x <> 0 -> 0 < x ^ (2 * n).
Proof. intros. rewrite pow_mult. apply pow_lt. assert (0 <= x ^ 2) by apply pow2_ge_0. nra. Qed.
Lemma odd_le0 x n : x <= 0 -> x ^ (2 * n + 1) <= 0.
Proof. intros. rewrite pow_add, pow_1. apply mul_pn; [apply even_ge0|assumption]. Qed.
Lemma odd_lt0 x n : x < 0 -> x ^ (2 * n + 1) < 0.
Proof. intros. rewrite pow_add, pow_1. apply mul_pn_lt; [apply even_gt0; lra|assumption]. Qed.
Lemma pow_ge x n c : 0 <= c -> c <= x -> c ^ n <= x ^ n.
Proof. intros. apply pow_incr. lra. Qed.
Lemma pow_le_top x n c : 0 <= x -> x <= c -> x ^ n <= c ^ n.
Proof. intros. apply pow_incr. lra. Qed.

Lemma pow_gt x n c : (0 < n)%nat -> 0 <= c -> c < x -> c ^ n < x ^ n.
Proof.
  intros Hn Hc Hx. destruct n as [|n]; [lia|]. simpl. assert (A : c ^ n <= x ^ n) by (apply pow_incr; lra).
  assert (B : 0 < x ^ n) by (apply pow_lt; lra). assert (C : 0 <= c ^ n) by (apply pow_le; lra). nra.
Qed.
Lemma pow_lt_top x n c : (0 < n)%nat -> 0 <= x -> x < c -> x ^ n < c ^ n.
Proof. intros. apply pow_gt; assumption. Qed.

Lemma inv_pos a : 0 < a -> 0 < / a.
Proof. apply Rinv_0_lt_compat. Qed.
Lemma inv_neg a : a < 0 -> / a < 0.
Proof. apply Rinv_lt_0_compat. Qed.
Lemma inv_le a c : 0 < c -> c <= a -> / a <= / c.
Proof. intros. apply Rinv_le_contravar; assumption. Qed.
Lemma inv_lt a c : 0 < c -> c < a -> / a < / c.
Proof. intros. apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; lra|assumption]. Qed.
Lemma inv_gt a c : 0 < a -> a < c -> / c < / a.
Proof. intros. apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; lra|assumption]. Qed.
Lemma inv_ge a c : 0 < a -> a <= c -> / c <= / a.
Proof. intros. apply Rinv_le_contravar; assumption. Qed.

Lemma exp_ge1 t : 0 <= t -> 1 <= exp t.
Proof. intros. assert (H1 := exp_ineq1_le t). lra. Qed.
Lemma exp_gt1 t : 0 < t -> 1 < exp t.
Proof. intros. assert (H1 := exp_ineq1 t). lra. Qed.
Lemma exp_le1 t : t <= 0 -> exp t <= 1.
Proof. intros [H| ->]; [|rewrite exp_0; lra]. rewrite <- exp_0. apply Rlt_le, exp_increasing, H. Qed.
Lemma exp_lt1 t : t < 0 -> exp t < 1.
Proof. intros. rewrite <- exp_0. apply exp_increasing, H. Qed.
Lemma ln_ge0 t : 1 <= t -> 0 <= ln t.
Proof. intros [H| <-]; [|rewrite ln_1; lra]. rewrite <- ln_1. apply Rlt_le, ln_increasing; lra. Qed.
Lemma ln_gt0 t : 1 < t -> 0 < ln t.
Proof. intros. rewrite <- ln_1. apply ln_increasing; lra. Qed.
Lemma ln_le0 t : 0 < t -> t <= 1 -> ln t <= 0.
Proof. intros ? [H| ->]; [|rewrite ln_1; lra]. rewrite <- ln_1. apply Rlt_le, ln_increasing; lra. Qed.
Lemma ln_lt0 t : 0 < t -> t < 1 -> ln t < 0.
Proof. intros. rewrite <- ln_1. apply ln_increasing; lra. Qed.
Lemma atan_ge0 t : 0 <= t -> 0 <= atan t.
Proof. intros [H| <-]; [|rewrite atan_0; lra]. rewrite <- atan_0. apply Rlt_le, atan_increasing, H. Qed.

Lemma sinh_ge0 t : 0 <= t -> 0 <= sinh t.
Proof. intros. unfold sinh. assert (A := exp_ge1 t H). assert (B : exp (- t) <= 1) by (apply exp_le1; lra). lra. Qed.
Lemma sinh_le0 t : t <= 0 -> sinh t <= 0.
Proof. intros. unfold sinh. assert (A := exp_le1 t H). assert (B : 1 <= exp (- t)) by (apply exp_ge1; lra). lra. Qed.
Lemma sinh_gt0 t : 0 < t -> 0 < sinh t.
Proof. intros. unfold sinh. assert (A := exp_gt1 t H). assert (B : exp (- t) < 1) by (apply exp_lt1; lra). lra. Qed.
Lemma sinh_lt0 t : t < 0 -> sinh t < 0.
Proof. intros. unfold sinh. assert (A := exp_lt1 t H). assert (B : 1 < exp (- t)) by (apply exp_gt1; lra). lra. Qed.
Lemma cosh_pos t : 0 < cosh t.
Proof. unfold cosh. assert (A := exp_pos t). assert (B := exp_pos (- t)). lra. Qed.
Lemma cosh_ge1 t : 1 <= cosh t.
Proof.
  unfold cosh. rewrite exp_Ropp. assert (A := exp_pos t). set (u := exp t) in *.
  assert (E : (u + / u) / 2 - 1 = (u - 1) ^ 2 * / (2 * u)) by (field; lra).
  assert (0 <= (u - 1) ^ 2 * / (2 * u)) by (apply mul_pp; [apply pow2_ge_0|apply Rlt_le, inv_pos; lra]). lra.
Qed.
Lemma tanh_ge0 t : 0 <= t -> 0 <= tanh t.
Proof. intros. unfold tanh. apply mul_pp; [apply sinh_ge0, H|apply Rlt_le, inv_pos, cosh_pos]. Qed.
Lemma tanh_le0 t : t <= 0 -> tanh t <= 0.
Proof. intros. unfold tanh. apply mul_np; [apply sinh_le0, H|apply Rlt_le, inv_pos, cosh_pos]. Qed.
Lemma tanh_gt0 t : 0 < t -> 0 < tanh t.
Proof. intros. unfold tanh. apply mul_pp_lt; [apply sinh_gt0, H|apply inv_pos, cosh_pos]. Qed.
Lemma tanh_lt0 t : t < 0 -> tanh t < 0.
Proof. intros. unfold tanh. apply mul_np_lt; [apply sinh_lt0, H|apply inv_pos, cosh_pos]. Qed.
Lemma tanh_lt1 t : tanh t < 1.
Proof.
  unfold tanh. apply Rmult_lt_reg_r with (cosh t); [apply cosh_pos|]. unfold Rdiv.
  rewrite Rmult_assoc, Rinv_l by (apply Rgt_not_eq, cosh_pos). unfold sinh, cosh. assert (A := exp_pos (- t)). lra.
Qed.
Lemma tanh_gt_1 t : -1 < tanh t.
Proof.
  unfold tanh. apply Rmult_lt_reg_r with (cosh t); [apply cosh_pos|]. unfold Rdiv.
  rewrite Rmult_assoc, Rinv_l by (apply Rgt_not_eq, cosh_pos). unfold sinh, cosh. assert (A := exp_pos t). lra.
Qed.
Lemma softplus_pos t : 0 < softplus t.
Proof. unfold softplus. apply ln_gt0. assert (A := exp_pos t). lra. Qed.

(* The rewriting of exponentials, logarithms and roots into products of a few of them. *)
Lemma exp_power t n : exp t ^ n = exp (IZR (Z.of_nat n) * t).
Proof.
  rewrite <- INR_IZR_INZ. induction n as [|n IH]; [simpl; rewrite Rmult_0_l, exp_0; reflexivity|].
  simpl pow. rewrite IH, <- exp_plus, S_INR. f_equal. ring.
Qed.

Lemma sqrt_is u r : 0 <= r -> r ^ 2 = u -> sqrt u = r.
Proof. intros H E. rewrite <- E. apply sqrt_pow2, H. Qed.

Lemma pw_root u n : 0 < u -> (0 < n)%nat -> pw u (/ IZR (Z.of_nat n)) ^ n = u.
Proof.
  intros Hu Hn. rewrite pw_exp by exact Hu. rewrite exp_power, <- Rmult_assoc, Rinv_r, Rmult_1_l.
  - apply exp_ln, Hu.
  - apply not_0_IZR. lia.
Qed.

(* r is the power a/b of u. *)
Lemma pw_is u r q (a b : nat) : 0 < u -> 0 < r -> (0 < b)%nat -> IZR (Z.of_nat b) * q = IZR (Z.of_nat a) -> r ^ b = u ^ a -> pw u q = r.
Proof.
  intros Hu Hr Hb Hq E. rewrite pw_exp by exact Hu. rewrite <- (exp_ln r Hr). f_equal.
  assert (L : IZR (Z.of_nat b) * ln r = IZR (Z.of_nat a) * ln u).
  { apply exp_inv. rewrite <- !exp_power, !exp_ln by assumption. exact E. }
  rewrite <- Hq in L. apply Rmult_eq_reg_l with (IZR (Z.of_nat b)); [lra|]. apply not_0_IZR. lia.
Qed.

(* An absolute value is the positive multiple of another. *)
Lemma abs_is u r w : 0 <= r -> u = r * w \/ u = - (r * w) -> Rabs u = r * Rabs w.
Proof. intros H [-> | ->]; rewrite ?Rabs_Ropp, Rabs_mult, (Rabs_pos_eq r) by exact H; reflexivity. Qed.

(* Every comparison, by what is known. *)
Ltac decide_all :=
  unfold Rleb, Rltb, Reqb;
  repeat match goal with
  | |- context [Rle_dec ?a ?b] => destruct (Rle_dec a b)
  | |- context [Rlt_dec ?a ?b] => destruct (Rlt_dec a b)
  | |- context [Req_EM_T ?a ?b] => destruct (Req_EM_T a b)
  end; cbn [andb orb negb].

(* A product of factors whose signs are hypotheses. *)
Ltac product :=
  match goal with
  | _ => assumption
  | |- 0 <= _ * _ => first [apply mul_pp; product | apply mul_nn; product]
  | |- 0 < _ * _ => first [apply mul_pp_lt; product | apply mul_nn_lt; product]
  | |- _ * _ <= 0 => first [apply mul_pn; product | apply mul_np; product]
  | |- _ * _ < 0 => first [apply mul_pn_lt; product | apply mul_np_lt; product]
  | |- _ <= _ => apply Rlt_le; assumption
  | _ => lra
  end.

(* Visibly positive: sums and products of exponentials, squares, positive hypotheses. *)
Ltac positive :=
  match goal with
  | |- ?a > 0 => change (0 < a); positive
  | H : 0 < ?a |- 0 < ?a => exact H
  | |- 0 < exp _ => apply exp_pos
  | |- 0 < INR _ => apply lt_0_INR; lia
  | N : forall i, (i < _)%nat -> 0 < _ |- 0 < _ => solve [apply N; assumption]
  | N : forall i, (i < _)%nat -> forall j, (j < _)%nat -> 0 < _ |- 0 < _ => solve [apply N; assumption]
  | |- 0 < cosh _ => apply cosh_pos
  | |- 0 < / _ => apply inv_pos; positive
  | |- 0 < _ * _ => apply mul_pp_lt; positive
  | |- 0 < _ / _ => unfold Rdiv; apply mul_pp_lt; positive
  | |- 0 < sqrt _ => apply sqrt_lt_R0; positive
  | |- 0 < pw _ _ => apply pw_pos; positive
  | |- 0 < _ ^ _ => apply pow_lt; positive
  | |- 0 < _ + _ => first [lra | apply Rplus_lt_0_compat; positive | apply Rplus_lt_le_0_compat; [positive|nonnegative]
                           | apply Rplus_le_lt_0_compat; [nonnegative|positive] ]
  | _ => first [lra | nra]
  end
with nonnegative :=
  match goal with
  | |- ?a >= 0 => apply Rle_ge; nonnegative
  | H : 0 <= ?a |- 0 <= ?a => exact H
  | |- 0 <= _ ^ 2 => apply pow2_ge_0
  | |- 0 <= _ ^ 4 => apply (even_ge0 _ 2)
  | |- 0 <= _ ^ 6 => apply (even_ge0 _ 3)
  | |- 0 <= sqrt _ => apply sqrt_pos
  | |- 0 <= pw _ _ => apply pw_nonneg
  | |- 0 <= _ * _ => apply mul_pp; nonnegative
  | |- 0 <= _ + _ => first [lra | apply Rplus_le_le_0_compat; nonnegative]
  | |- 0 <= / _ => apply Rlt_le, inv_pos; positive
  | |- 0 <= _ ^ _ => apply pow_le; nonnegative
  | _ => first [lra | apply Rlt_le; positive | nra]
  end.

Ltac nonpositive :=
  match goal with
  | H : ?a <= 0 |- ?a <= 0 => exact H
  | |- _ * _ <= 0 => first [apply mul_np; [nonpositive|nonnegative] | apply mul_pn; [nonnegative|nonpositive]]
  | _ => first [lra | apply Rlt_le; lra | nra]
  end.

(* Not zero: what field asks, and what smoothness asks. *)
Ltac nonzero :=
  match goal with
  | |- _ /\ _ => split; nonzero
  | H : ?a <> 0 |- ?a <> 0 => exact H
  | |- _ ^ _ <> 0 => apply pow_nonzero; nonzero
  | |- _ * _ <> 0 => apply Rmult_integral_contrapositive_currified; nonzero
  | |- / _ <> 0 => apply Rinv_neq_0_compat; nonzero
  | |- - _ <> 0 => apply Ropp_neq_0_compat; nonzero
  | |- INR _ <> 0 => apply not_0_INR; lia
  | |- _ <> 0 => first [ lra | apply Rgt_not_eq; positive | apply Rlt_not_eq; first [assumption | lra | nra]
                       | let Z := fresh in intro Z; rewrite Z in *; lra ]
  end.

(* Multiples of sums, added up, are the sum of some bodies: what is left is that these are the bodies of the other sum. *)
Ltac body_of n l :=
  match l with
  | ?a + ?b => let g := body_of n a in let h := body_of n b in constr:(fun i : nat => g i + h i)
  | ?c * Sum n ?f => constr:(fun i : nat => c * f i)
  | 0 => constr:(fun i : nat => 0)
  end.
Ltac gathered :=
  lazymatch goal with
  | |- _ + _ = Sum ?n (fun i => @?g i + @?h i) => rewrite (Sum_plus n g h); apply (f_equal2 Rplus); gathered
  | |- _ * Sum _ _ = _ => symmetry; apply Sum_scal
  | |- 0 = _ => symmetry; apply Sum_zero; reflexivity
  end.
Ltac gather :=
  match goal with |- ?l = Sum ?n _ =>
    let g := body_of n l in
    let g' := eval cbv beta in g in
    transitivity (Sum n g'); [gathered | apply Sum_ext]
  end.

(* Sums of zeros, which derivatives leave. *)
Ltac no_sums :=
  repeat match goal with |- context [Sum ?n ?f] =>
    match f with context [0] => idtac end;
    replace (Sum n f) with 0 by (symmetry; apply Sum_zero; intros; cbv beta;
      repeat match goal with |- context [if ?b then _ else _] => destruct b end; ring)
  end.

(* An exponential of a sum is a product of powers of exponentials. *)
Ltac exponential :=
  rewrite ?exp_power, <- ?exp_Ropp, <- ?exp_plus; repeat rewrite exp_ln by positive;
  first [ reflexivity | f_equal; cbn [Z.of_nat Pos.of_succ_nat Pos.succ]; field; nonzero
        | rewrite <- exp_0; f_equal; field; nonzero ].

(* A logarithm of a product of powers and roots is a sum of multiples of logarithms. *)
Lemma ln_inverse a : 0 < a -> ln (/ a) = - ln a.
Proof. apply ln_Rinv. Qed.
Lemma ln_power a n : 0 < a -> ln (a ^ n) = IZR (Z.of_nat n) * ln a.
Proof.
  intros Ha. apply exp_inv. rewrite <- exp_power, !exp_ln; [reflexivity|exact Ha|apply pow_lt, Ha].
Qed.
Lemma ln_root a : 0 < a -> ln (sqrt a) = / 2 * ln a.
Proof.
  intros Ha. assert (S := sqrt_lt_R0 a Ha). rewrite <- (sqrt_sqrt a) at 2 by lra. rewrite ln_mult by exact S. field.
Qed.
Lemma ln_pw a q : 0 < a -> ln (pw a q) = q * ln a.
Proof. intros Ha. rewrite pw_exp by exact Ha. apply ln_exp. Qed.
Ltac logarithm :=
  repeat first [ rewrite ln_exp | rewrite ln_1 | rewrite ln_mult by positive | rewrite ln_inverse by positive
               | rewrite ln_power by positive | rewrite ln_root by positive | rewrite ln_pw by positive ];
  cbn [Z.of_nat Pos.of_succ_nat Pos.succ]; field; nonzero.

(* The same sums and products in another order, inside functions too. *)
Ltac reorder_to fuel :=
  match fuel with
  | O => first [reflexivity | ring]
  | S ?less =>
    first
    [ reflexivity | ring
    | match goal with |- Sum ?n ?f = Sum ?n ?g => apply Sum_ext; intros; cbv beta; reorder_to less end
    | match goal with
      | |- context [?f ?u] =>
          match f with exp => idtac | ln => idtac | sqrt => idtac | Rabs => idtac | Rinv => idtac | sin => idtac
                     | cos => idtac | atan => idtac | erf => idtac end;
          match goal with
          | |- context [f ?w] =>
              tryif constr_eq u w then fail else (replace (f u) with (f w) by (f_equal; solve [reorder_to less]));
              reorder_to less
          end
      | |- context [pw ?u ?q] =>
          match goal with
          | |- context [pw ?w q] =>
              tryif constr_eq u w then fail else (replace (pw u q) with (pw w q) by (f_equal; solve [reorder_to less]));
              reorder_to less
          end
      end
    | match goal with
      | |- context [?f ?u ?q] =>
          match f with Rleb => idtac | Rltb => idtac | Reqb => idtac | Rmax => idtac end;
          match goal with
          | |- context [f ?w ?r] =>
              tryif (constr_eq u w; constr_eq q r) then fail else
                (replace (f u q) with (f w r) by (f_equal; solve [reorder_to less]));
              reorder_to less
          end
      end
    | match goal with
      | |- context [Sum ?n ?f] =>
          match goal with
          | |- context [Sum n ?g] =>
              tryif constr_eq f g then fail else
                (replace (Sum n f) with (Sum n g) by (apply Sum_ext; intros; cbv beta; solve [reorder_to less]));
              reorder_to less
          end
      end
    | match goal with
      | |- context [Rmax ?u ?q] =>
          match goal with
          | |- context [Rmax ?w ?r] =>
              tryif (constr_eq u w; constr_eq q r) then fail else
                (replace (Rmax u q) with (Rmax w r)
                   by (rewrite (Rmax_comm u q); apply (f_equal2 Rmax); solve [reorder_to less]));
              reorder_to less
          end
      end
    | match goal with |- context [if ?b then _ else _] => destruct b; reorder_to less end
    | f_equal; solve [reorder_to less] ]
  end.
Ltac reorder := timeout 20 (reorder_to 5%nat).

(* Replace every f u, where u is equal to the given argument. *)
Ltac trade f inner shown X :=
  rewrite ?X;
  repeat match goal with
  | N : context [f inner] |- _ => tryif constr_eq N X then fail else rewrite X in N
  end;
  repeat match goal with
  | |- context [f ?u] =>
      replace (f u) with shown by (symmetry; transitivity (f inner); [f_equal; field; nonzero | exact X])
  end.
Ltac trade_exp inner shown X := trade exp inner shown X.
Ltac trade_ln inner shown X := trade ln inner shown X.
Ltac trade_sqrt inner shown X := trade sqrt inner shown X.
Ltac trade_sin inner shown X := trade sin inner shown X.
Ltac trade_cos inner shown X := trade cos inner shown X.
Ltac trade_atan inner shown X := trade atan inner shown X.
Ltac trade_erf inner shown X := trade erf inner shown X.
Ltac trade_Rabs inner shown X := trade Rabs inner shown X.
