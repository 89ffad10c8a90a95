using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Formulas;
using Criterion.Numbers;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>The loops of a row formula over the rows of one chunk.</summary>
internal readonly ref struct RowLoops<TFormula, S, L, D>
    where TFormula : struct, IRowFormula
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where L : struct, ILane<L, S>
    where D : struct, ILane<D, double>
{
    // So many elements are summed in lanes before their sum is added in double precision: a long row would lose its last digits.
    const int BlockLength = 1024;

    public TFormula Formula { get; init; }

    public ReadOnlySpan<S> A { get; init; }

    public ReadOnlySpan<S> B { get; init; }

    public ReadOnlySpan<S> C { get; init; }

    public Span<S> GradientA { get; init; }

    public Span<S> GradientB { get; init; }

    public Span<S> GradientC { get; init; }

    /// <summary>The number of elements in a row.</summary>
    public int Length { get; init; }

    /// <summary>The number of elements in all rows of all chunks.</summary>
    public long Count { get; init; }

    /// <summary>Returns the sums of the statistics of the row at an element, in blocks in the elements' own precision.</summary>
    public Statistics<Real> Sum(int at)
    {
        ReadOnlySpan<S> a = A.Slice(at, Length);
        ReadOnlySpan<S> b = B.Slice(at, Length);
        ReadOnlySpan<S> c = C.Slice(at, Length);
        return WithRest(Sum(Formula, a, b, c), a, b, c, L.Width);
    }

    /// <summary>Returns the sums of the statistics of a row of floats in double precision.</summary>
    public Statistics<Real> SumWidened(int at)
    {
        ReadOnlySpan<S> a = A.Slice(at, Length);
        ReadOnlySpan<S> b = B.Slice(at, Length);
        ReadOnlySpan<S> c = C.Slice(at, Length);
        Statistics<Real> sums = SumWidened(
            Formula, MemoryMarshal.Cast<S, float>(a), MemoryMarshal.Cast<S, float>(b), MemoryMarshal.Cast<S, float>(c));
        return WithRest(sums, a, b, c, D.Width);
    }

    /// <summary>Adds the statistics of the elements after the last whole lane.</summary>
    Statistics<Real> WithRest(in Statistics<Real> wholeLanes, ReadOnlySpan<S> a, ReadOnlySpan<S> b, ReadOnlySpan<S> c, int width)
    {
        Statistics<Real> sums = wholeLanes;
        for (int i = a.Length - (a.Length % width); i < a.Length; i += D.Width)
        {
            int end = Math.Min(a.Length, i + D.Width);
            sums = Plus(sums, Partial(Formula, a[i..end], b[i..end], c[i..end]));
        }

        return sums;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public Statistics<N> SumOneByOne<N>(int at)
        where N : struct, IScalar<N>
    {
        Statistics<N> sums = new(N.Const(0), N.Const(0), N.Const(0), N.Const(0));
        for (int i = at; i < at + Length; i++)
        {
            sums = Plus(sums, Formula.Terms(Number<N>(A[i]), Number<N>(B[i]), Number<N>(C[i])));
        }

        return sums;
    }

    /// <summary>Writes the gradients of a row that are needed from the derivatives by its sums.</summary>
    public void Differentiate(int at, in Statistics<Real> slopes)
    {
        Differentiate<FirstInput>(at, slopes, GradientA);
        Differentiate<SecondInput>(at, slopes, GradientB);
        Differentiate<ThirdInput>(at, slopes, GradientC);
    }

    /// <inheritdoc cref="Differentiate"/>
    public void DifferentiateOneByOne<N>(int at, Statistics<N> slopes)
        where N : struct, IScalar<N>
    {
        DifferentiateOneByOne<FirstInput, N>(at, slopes, GradientA);
        DifferentiateOneByOne<SecondInput, N>(at, slopes, GradientB);
        DifferentiateOneByOne<ThirdInput, N>(at, slopes, GradientC);
    }

    void Differentiate<TInput>(int at, in Statistics<Real> slopes, Span<S> gradients)
        where TInput : struct, IInput
    {
        if (gradients.IsEmpty)
        {
            return;
        }

        ReadOnlySpan<S> a = A.Slice(at, Length);
        ReadOnlySpan<S> b = B.Slice(at, Length);
        ReadOnlySpan<S> c = C.Slice(at, Length);
        Span<S> gradient = gradients.Slice(at, Length);
        Gradient<TInput>(Formula, slopes, a, b, c, gradient, Count);
        for (int i = Length - (Length % L.Width); i < Length; i += D.Width)
        {
            int end = Math.Min(Length, i + D.Width);
            PartialGradient<TInput>(Formula, slopes, a[i..end], b[i..end], c[i..end], gradient[i..end]);
        }
    }

    static Real Total(L lane) => double.CreateTruncating(lane.Sum());

    static N Number<N>(S value)
        where N : struct, IScalar<N> => N.Const(double.CreateTruncating(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Statistics<N> Plus<N>(Statistics<N> a, Statistics<N> b)
        where N : struct, IScalar<N> => new(a.First + b.First, a.Second + b.Second, a.Third + b.Third, a.Fourth + b.Fourth);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static Statistics<Real> Sum(TFormula formula, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z)
    {
        ref S a = ref MemoryMarshal.GetReference(x);
        ref S b = ref MemoryMarshal.GetReference(y);
        ref S c = ref MemoryMarshal.GetReference(z);
        Statistics<Real> sums = default;
        int i = 0;
        while (i <= x.Length - L.Width)
        {
            L first = L.Const(0);
            L second = first;
            L third = first;
            L fourth = first;
            int last = Math.Min(x.Length, i + BlockLength) - L.Width;
            for (; i <= last; i += L.Width)
            {
                Statistics<L> terms = formula.Terms(
                    L.Load(in a, i), TFormula.Arity > 1 ? L.Load(in b, i) : default, TFormula.Arity > 2 ? L.Load(in c, i) : default);
                first += terms.First;
                second += terms.Second;
                third += terms.Third;
                fourth += terms.Fourth;
            }

            sums = Plus(sums, new(Total(first), Total(second), Total(third), Total(fourth)));
        }

        return sums;
    }

    // The last elements go through padded lanes of doubles: short rows have no others, and their gradient is often a small difference. In
    // methods of their own, here and below: what is inlined for them would count against the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static Statistics<Real> Partial(TFormula formula, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z)
    {
        Statistics<D> terms = formula.Terms(
            PartialLane<D, double>.LoadWidened(x),
            TFormula.Arity > 1 ? PartialLane<D, double>.LoadWidened(y) : default,
            TFormula.Arity > 2 ? PartialLane<D, double>.LoadWidened(z) : default);
        int count = x.Length;
        return new(Total(terms.First, count), Total(terms.Second, count), Total(terms.Third, count), Total(terms.Fourth, count));
    }

    static Real Total(D lane, int count) => PartialLane<D, double>.Sum(lane, count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static Statistics<Real> SumWidened(TFormula formula, ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> z)
    {
        ref float a = ref MemoryMarshal.GetReference(x);
        ref float b = ref MemoryMarshal.GetReference(y);
        ref float c = ref MemoryMarshal.GetReference(z);
        D first = D.Const(0);
        D second = first;
        D third = first;
        D fourth = first;
        for (int i = 0; i <= x.Length - D.Width; i += D.Width)
        {
            Statistics<D> terms = formula.Terms(
                D.LoadWidened(in a, i),
                TFormula.Arity > 1 ? D.LoadWidened(in b, i) : default,
                TFormula.Arity > 2 ? D.LoadWidened(in c, i) : default);
            first += terms.First;
            second += terms.Second;
            third += terms.Third;
            fourth += terms.Fourth;
        }

        return new(first.Sum(), second.Sum(), third.Sum(), fourth.Sum());
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static unsafe void Gradient<TInput>(
        TFormula formula,
        in Statistics<Real> slopes,
        ReadOnlySpan<S> x,
        ReadOnlySpan<S> y,
        ReadOnlySpan<S> z,
        Span<S> gradient,
        long count)
        where TInput : struct, IInput
    {
        ref S a = ref MemoryMarshal.GetReference(x);
        ref S b = ref MemoryMarshal.GetReference(y);
        ref S c = ref MemoryMarshal.GetReference(z);
        ref S g = ref MemoryMarshal.GetReference(gradient);
        Statistics<L> weights = Weights<L, S>(slopes);
        fixed (S* target = gradient)
        {
            bool streams = Streaming.Suits<L, S>(target, count);
            for (int i = 0; i <= x.Length - L.Width; i += L.Width)
            {
                L slope = Weighted(
                    formula.Terms(
                        TInput.Sparse(0, L.Load(in a, i)),
                        TInput.Sparse(1, TFormula.Arity > 1 ? L.Load(in b, i) : default),
                        TInput.Sparse(2, TFormula.Arity > 2 ? L.Load(in c, i) : default)),
                    weights);
                if (streams)
                {
                    slope.Stream(target + i);
                }
                else
                {
                    slope.Store(ref g, i);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void PartialGradient<TInput>(
        TFormula formula, in Statistics<Real> slopes, ReadOnlySpan<S> x, ReadOnlySpan<S> y, ReadOnlySpan<S> z, Span<S> gradient)
        where TInput : struct, IInput
    {
        Statistics<SparseDual<D>> terms = formula.Terms(
            TInput.Sparse(0, PartialLane<D, double>.LoadWidened(x)),
            TInput.Sparse(1, TFormula.Arity > 1 ? PartialLane<D, double>.LoadWidened(y) : default),
            TInput.Sparse(2, TFormula.Arity > 2 ? PartialLane<D, double>.LoadWidened(z) : default));
        PartialLane<D, double>.StoreNarrowed(Weighted(terms, Weights<D, double>(slopes)), gradient);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void DifferentiateOneByOne<TInput, N>(int at, Statistics<N> slopes, Span<S> gradients)
        where TInput : struct, IInput
        where N : struct, IScalar<N>
    {
        for (int i = at; i < at + Length && !gradients.IsEmpty; i++)
        {
            Statistics<SparseDual<N>> terms = Formula.Terms(
                TInput.Sparse(0, Number<N>(A[i])), TInput.Sparse(1, Number<N>(B[i])), TInput.Sparse(2, Number<N>(C[i])));
            gradients[i] = S.CreateTruncating(Weighted(terms, slopes).Value);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Statistics<T> Weights<T, E>(in Statistics<Real> slopes)
        where T : struct, ILane<T, E>
        where E : unmanaged =>
        new(T.Const(slopes.First.Value), T.Const(slopes.Second.Value), T.Const(slopes.Third.Value), T.Const(slopes.Fourth.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Weighted<T>(Statistics<SparseDual<T>> terms, Statistics<T> weights)
        where T : struct, IReal<T> =>
        ((terms.First * SparseDual<T>.Fixed(weights.First)) + (terms.Second * SparseDual<T>.Fixed(weights.Second))
        + ((terms.Third * SparseDual<T>.Fixed(weights.Third)) + (terms.Fourth * SparseDual<T>.Fixed(weights.Fourth)))).Tangent;
}
