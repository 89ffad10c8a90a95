using System.Runtime.CompilerServices;

namespace Criterion.Simd;

/// <summary>The functions that the hardware and the framework lack, written once for every lane width.</summary>
/// <remarks>
/// The element type is compared in place: behind a property the JIT would also import the branch that is not taken, and soon exceed its
/// budget for inlining into a loop.
/// </remarks>
internal static class LaneMath<T, S>
    where T : struct, ILane<T, S>
    where S : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sign(T x)
    {
        T zero = T.Const(0);
        T sign = T.Select(T.Less(zero, x), T.Const(1), T.Select(T.Less(x, zero), T.Const(-1), zero));
        return T.Select(T.Equal(x, x), sign, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp(T x) => ReducedExp(T.Clamp(x, -104, 89));

    // For x ≤ 0, which cannot overflow.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T ExpOfNegative(T x) => typeof(S) == typeof(float) ? ReducedExp(T.Larger(T.Const(-104), x)) : T.Exp(x);

    // In single precision: 2ⁿ e^r. The framework's own function is 1.0000001 at 0. The polynomial is fitted to 3e-9.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T ReducedExp(T x)
    {
        T r = Reduced(x, out T n);
        T p = T.MultiplyAdd(T.Const(0.0013820633757859468), r, T.Const(0.008368673734366894));
        p = T.MultiplyAdd(p, r, T.Const(0.04166826605796814));
        p = T.MultiplyAdd(p, r, T.Const(0.1666652113199234));
        p = T.MultiplyAdd(p, r, T.Const(0.4999999403953552));
        return T.Scale(T.Const(1) + T.MultiplyAdd(r * r, p, r), n);
    }

    // In single precision 2ⁿ ((e^r − 1) + (1 − 2⁻ⁿ)), in which nothing cancels. In double precision the Taylor series near 0;
    // elsewhere subtracting 1 costs at most two units in the last place.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Expm1(T x)
    {
        if (typeof(S) != typeof(float))
        {
            return T.Select(T.Less(T.Abs(x), T.Const(0.35)), Expm1Series(x, 14), T.Exp(x) - T.Const(1));
        }

        // Below −25 it is −1, and 2⁻ⁿ is still finite.
        T r = Reduced(T.Clamp(x, -25, 89), out T n);
        T minus1 = Expm1Polynomial(r);
        T scaled = T.Scale(minus1 + (T.Const(1) - T.Scale(T.Const(1), -n)), n);

        // For −0, and for numbers so small that their square is lost.
        return T.Select(T.Less(T.Abs(x), T.Const(1e-10)), x, scaled);
    }

    // e^x and e^x − 1 for x ≤ 0, in single precision as 2ⁿ + 2ⁿ (e^r − 1) and (2ⁿ − 1) + 2ⁿ (e^r − 1), in which nothing cancels.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T ExpOfNegative(T x, out T minus1)
    {
        T one = T.Const(1);
        if (typeof(S) != typeof(float))
        {
            T e = T.Exp(x);
            minus1 = T.Select(T.Less(T.Const(-0.35), x), Expm1Series(x, 14), e - one);
            return e;
        }

        T r = Reduced(T.Larger(T.Const(-104), x), out T n);
        T power = T.Scale(one, n);
        T rest = T.Scale(Expm1Polynomial(r), n);
        minus1 = (power - one) + rest;
        return power + rest;
    }

    // x = n ln 2 + r, |r| ≤ ln 2 / 2, ln 2 in two parts.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Reduced(T x, out T n)
    {
        n = T.Round(x * T.Const(1.44269504088896341));
        return T.MultiplyAdd(n, T.Const(2.12194440e-4), T.MultiplyAdd(n, T.Const(-0.693359375), x));
    }

    // e^r − 1. The polynomial and the two parts of ln 2 are those of S. Moshier's Cephes (expf.c).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Expm1Polynomial(T r)
    {
        T p = T.MultiplyAdd(T.Const(1.9875691500e-4), r, T.Const(1.3981999507e-3));
        p = T.MultiplyAdd(p, r, T.Const(8.3334519073e-3));
        p = T.MultiplyAdd(p, r, T.Const(4.1665795894e-2));
        p = T.MultiplyAdd(p, r, T.Const(1.6666665459e-1));
        p = T.MultiplyAdd(p, r, T.Const(5.0000001201e-1));
        return T.MultiplyAdd(r * r, p, r);
    }

    /// <summary>
    /// Computes ln x = e ln 2 + ln(1 + f) for x = 2ᵉ (1 + f), f in [−1/4, 1/2). ln 2 is in two parts, of which the first has few bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log(T x)
    {
        T f = T.Split(x, out T e) - T.Const(1);
        return typeof(S) == typeof(float) ? LogSingle(f, e) : LogDouble(f, e);
    }

    // ln(1 + f) = f − f²/2 + f³ p(f), p fitted to 1e-8 of the logarithm.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T LogSingle(T f, T e)
    {
        T square = f * f;
        T p = T.MultiplyAdd(T.Const(-0.04507480180324868), f, T.Const(0.10463025830288895));
        p = T.MultiplyAdd(p, f, T.Const(-0.1316119723802005));
        p = T.MultiplyAdd(p, f, T.Const(0.1447839574874724));
        p = T.MultiplyAdd(p, f, T.Const(-0.16647311921342914));
        p = T.MultiplyAdd(p, f, T.Const(0.19990861144243793));
        p = T.MultiplyAdd(p, f, T.Const(-0.2500009584493871));
        p = T.MultiplyAdd(p, f, T.Const(0.3333344911440896));
        T rest = T.MultiplyAdd(T.Const(-0.5), square, e * T.Const(9.0580006145e-6));
        return T.MultiplyAdd(e, T.Const(0.69313812256), f + T.MultiplyAdd(square * f, p, rest));
    }

    // ln(1 + f) = 2 artanh(s), s = f / (2 + f), put together as in Sun's fdlibm (e_log.c): f − (f²/2 − s (f²/2 + z p(z))), z = s².
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T LogDouble(T f, T e)
    {
        T s = f / (f + T.Const(2));
        T z = s * s;
        T half = T.Const(0.5) * f * f;
        T rest = T.MultiplyAdd(s, half + (z * Polynomial(z, LogP)), e * T.Const(1.90821492927058770002e-10));
        return T.MultiplyAdd(e, T.Const(6.93147180369123816490e-01), f - (half - rest));
    }

    // log(1 + x) · x / ((1 + x) − 1): the rounding of 1 + x cancels between numerator and denominator (W. Kahan).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log1p(T x)
    {
        T one = T.Const(1);
        T shifted = one + x;
        T log = T.Log(shifted);
        T corrected = T.Select(T.Less(shifted, T.Const(double.PositiveInfinity)), log * (x / (shifted - one)), log);
        return T.Select(T.Equal(shifted, one), x, corrected);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh(T x) => Tanh(x, out _);

    /// <summary>Computes the hyperbolic tangent and, from the same exponential e^(−2|x|), its derivative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh(T x, out T slope)
    {
        T zero = T.Const(0);
        T one = T.Const(1);
        T e = ExpOfNegative(T.Const(-2) * T.Abs(x), out T minus1);
        T right = one / (one + e);
        T magnitude = (zero - minus1) * right;
        slope = T.Const(4) * e * (right * right);
        return T.Select(T.Less(x, zero), -magnitude, magnitude);
    }

    // Beyond 1000 the result is 0 in both precisions, and x² is still finite. The rounding error of x² is compensated: it would cost
    // digits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ExpOfSquare(T x, double factor)
    {
        T held = T.Min(T.Max(x, T.Const(-1000)), T.Const(1000));
        T square = held * held;
        T rounding = T.MultiplyAdd(held, held, -square);
        T e = T.Exp(T.Const(factor) * square);
        return T.MultiplyAdd(e, T.Const(factor) * rounding, e);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sigmoid(T x)
    {
        T e = ExpOfNegative(-T.Abs(x));
        T right = T.Const(1) / (T.Const(1) + e);
        return T.Select(T.Less(x, T.Const(0)), e * right, right);
    }

    /// <summary>Computes softplus and, from the same exponential, the sigmoid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Softplus(T x, out T sigmoid)
    {
        T zero = T.Const(0);
        T one = T.Const(1);
        T e = ExpOfNegative(-T.Abs(x));
        T right = one / (one + e);
        T isNegative = T.Less(x, zero);
        sigmoid = T.Select(isNegative, e * right, right);
        return T.Larger(zero, x) + (typeof(S) == typeof(float) ? Log1pOfFraction(e) : Log1p(e));
    }

    // ln(1 + e) for e in [0, 1] is 2 artanh(s), s = e / (2 + e) ≤ 1/3: 2s + s³ p(s²), p fitted at Chebyshev's points to 7e-9.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Log1pOfFraction(T e)
    {
        T s = e / (e + T.Const(2));
        T z = s * s;
        T p = T.MultiplyAdd(T.Const(0.23224328735226102), z, T.Const(0.21706575939061074));
        p = T.MultiplyAdd(p, z, T.Const(0.28592357980958166));
        p = T.MultiplyAdd(p, z, T.Const(0.39999706332426155));
        p = T.MultiplyAdd(p, z, T.Const(0.6666666732052201));
        return T.MultiplyAdd(s * z, p, s + s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Pow(T x, double p) => p switch
    {
        1 => x,
        2 => x * x,
        3 => x * x * x,
        -1 => T.Const(1) / x,
        0.5 => T.Sqrt(x),
        _ => typeof(S) != typeof(float) || (float)p == p ? T.Pow(x, T.Const(p)) : T.PowFixed(x, p),
    };

    // Rational approximations on |x| < 0.84375, < 1.25, < 1/0.35 and beyond, with the coefficients of Sun's fdlibm (s_erf.c).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erf(T x)
    {
        T a = T.Abs(x);
        T one = T.Const(1);
        T z = a * a;
        T small = a + (a * (Polynomial(z, ErfSmallP) / Polynomial(z, ErfSmallQ)));
        T s = a - one;
        T middle = T.Const(8.45062911510467529297e-01) + (Polynomial(s, ErfMiddleP) / Polynomial(s, ErfMiddleQ));
        T clamped = T.Min(T.Max(a, one), T.Const(6));
        T u = one / (clamped * clamped);
        T ratio = T.Select(
            T.Less(a, T.Const(1 / 0.35)),
            Polynomial(u, ErfLargeP) / Polynomial(u, ErfLargeQ),
            Polynomial(u, ErfTailP) / Polynomial(u, ErfTailQ));
        T large = one - (ExpCalled(ratio - T.Const(0.5625) - (clamped * clamped)) / clamped);
        T magnitude = T.Select(T.Less(a, T.Const(0.84375)), small, T.Select(T.Less(a, T.Const(1.25)), middle, large));
        return T.Select(T.Equal(x, x), T.Select(T.Less(x, T.Const(0)), -magnitude, magnitude), x);
    }

    // Half the complementary error function at a = |x|/√2, by the same approximations as Erf, the factor e^(−a²) = e^(−x²/2) apart.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static T NormalCdf(T x)
    {
        T one = T.Const(1);
        T a = T.Abs(x) * T.Const(0.70710678118654752440);
        T z = a * a;
        T small = one - (a + (a * (Polynomial(z, ErfSmallP) / Polynomial(z, ErfSmallQ))));
        T s = a - one;
        T middle = T.Const(1 - 8.45062911510467529297e-01) - (Polynomial(s, ErfMiddleP) / Polynomial(s, ErfMiddleQ));
        T clamped = T.Min(T.Max(a, one), T.Const(28));
        T u = one / (clamped * clamped);
        T ratio = T.Select(
            T.Less(a, T.Const(1 / 0.35)),
            Polynomial(u, ErfLargeP) / Polynomial(u, ErfLargeQ),
            Polynomial(u, ErfTailP) / Polynomial(u, ErfTailQ));
        T large = ExpOfSquare(x, -0.5) * (T.Exp(ratio - T.Const(0.5625)) / clamped);
        T tail = T.Const(0.5) * T.Select(T.Less(a, T.Const(0.84375)), small, T.Select(T.Less(a, T.Const(1.25)), middle, large));
        return T.Select(T.Equal(x, x), T.Select(T.Less(x, T.Const(0)), tail, one - tail), x);
    }

    // With one more exponential, Erf would exceed the JIT's budget for inlining into a loop, and all of it would be called.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static T ExpCalled(T x) => T.Exp(x);

    // x (1 + x/2 (1 + x/3 (1 + …))).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Expm1Series(T x, int terms)
    {
        T sum = T.Const(1);
        for (int n = terms; n >= 2; n--)
        {
            sum = T.MultiplyAdd(x * T.Const(1.0 / n), sum, T.Const(1));
        }

        return x * sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Polynomial(T x, ReadOnlySpan<double> coefficients)
    {
        T sum = T.Const(coefficients[^1]);
        for (int i = coefficients.Length - 2; i >= 0; i--)
        {
            sum = T.MultiplyAdd(sum, x, T.Const(coefficients[i]));
        }

        return sum;
    }

    // Through Chebyshev's points up to s = 1/5.
    static ReadOnlySpan<double> LogP =>
    [
        0.6666666666666666, 0.40000000000007807, 0.28571428567336676, 0.2222222303822691,
        0.18181738421712204, 0.15388835999460426, 0.1321033443219967, 0.13604216246696962,
    ];

    static ReadOnlySpan<double> ErfSmallP =>
    [
        1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02,
        -5.77027029648944159157e-03, -2.37630166566501626084e-05,
    ];

    static ReadOnlySpan<double> ErfSmallQ =>
    [
        1, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03,
        1.32494738004321644526e-04, -3.96022827877536812320e-06,
    ];

    static ReadOnlySpan<double> ErfMiddleP =>
    [
        -2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01, 3.18346619901161753674e-01,
        -1.10894694282396677476e-01, 3.54783043256182359371e-02, -2.16637559486879084300e-03,
    ];

    static ReadOnlySpan<double> ErfMiddleQ =>
    [
        1, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02,
        1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02,
    ];

    static ReadOnlySpan<double> ErfLargeP =>
    [
        -9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01, -6.23753324503260060396e+01,
        -1.62396669462573470355e+02, -1.84605092906711035994e+02, -8.12874355063065934246e+01, -9.81432934416914548592e+00,
    ];

    static ReadOnlySpan<double> ErfLargeQ =>
    [
        1, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02, 6.45387271733267880336e+02,
        4.29008140027567833386e+02, 1.08635005541779435134e+02, 6.57024977031928170135e+00, -6.04244152148580987438e-02,
    ];

    static ReadOnlySpan<double> ErfTailP =>
    [
        -9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01, -1.60636384855821916062e+02,
        -6.37566443368389627722e+02, -1.02509513161107724954e+03, -4.83519191608651397019e+02,
    ];

    static ReadOnlySpan<double> ErfTailQ =>
    [
        1, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03, 3.19985821950859553908e+03,
        2.55305040643316442583e+03, 4.74528541206955367215e+02, -2.24409524465858183362e+01,
    ];
}
