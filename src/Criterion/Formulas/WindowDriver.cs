using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Criterion.Kernels;

namespace Criterion.Formulas;

/// <summary>
/// Runs a window formula over images plane by plane, in one sweep from top to bottom: as soon as the last row under a window is
/// blurred, its losses and their derivatives are computed, and as soon as the last window over a row is, its gradient. All in
/// double precision: a variance is the small difference of large means.
/// </summary>
internal static class WindowDriver
{
    /// <summary>
    /// Writes the mean loss of each plane, and its gradient times <paramref name="scale"/> by each image for which a tensor is given.
    /// </summary>
    /// <returns>The sum of the means.</returns>
    public static double Run<TFormula>(
        TFormula formula, BlurWindow window, Tensor x, Tensor y, Tensor means, Tensor? gradientX, Tensor? gradientY, double scale)
        where TFormula : struct, IWindowFormula => x.DType == DType.Float32
        ? OverLanes<TFormula, float>(formula, window, x, y, means, gradientX, gradientY, scale)
        : OverLanes<TFormula, double>(formula, window, x, y, means, gradientX, gradientY, scale);

    static double OverLanes<TFormula, S>(
        TFormula formula, BlurWindow window, Tensor x, Tensor y, Tensor means, Tensor? gradientX, Tensor? gradientY, double scale)
        where TFormula : struct, IWindowFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return Over<TFormula, S, Lane512<double>>(formula, window, x, y, means, gradientX, gradientY, scale);
        }

        return Vector256.IsHardwareAccelerated
            ? Over<TFormula, S, Lane256<double>>(formula, window, x, y, means, gradientX, gradientY, scale)
            : Over<TFormula, S, Lane128<double>>(formula, window, x, y, means, gradientX, gradientY, scale);
    }

    static double Over<TFormula, S, L>(
        TFormula formula, BlurWindow window, Tensor x, Tensor y, Tensor means, Tensor? gradientX, Tensor? gradientY, double scale)
        where TFormula : struct, IWindowFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, double>
    {
        int planes = means.Count;
        Memory<double> totals = BufferPool<double>.Rent(planes);
        ParallelFor.Run(planes, new Plane<TFormula, S, L>(
            formula,
            new WindowGeometry(window, x.Shape[2], x.Shape[3]),
            x.Memory<S>(),
            y.Memory<S>(),
            totals,
            gradientX?.Memory<S>() ?? default,
            gradientY?.Memory<S>() ?? default,
            scale));
        double sum = 0;
        Span<S> results = means.Memory<S>().Span;
        for (int i = 0; i < planes; i++)
        {
            sum += totals.Span[i];
            results[i] = S.CreateTruncating(totals.Span[i]);
        }

        BufferPool<double>.Return(totals);
        return sum;
    }

    readonly unsafe struct Plane<TFormula, S, L>(
        TFormula formula,
        WindowGeometry geometry,
        Memory<S> x,
        Memory<S> y,
        Memory<double> means,
        Memory<S> gradientX,
        Memory<S> gradientY,
        double scale) : IChunk
        where TFormula : struct, IWindowFormula
        where S : unmanaged, IBinaryFloatingPointIeee754<S>
        where L : struct, ILane<L, double>
    {
        bool Differentiates => !gradientX.IsEmpty || !gradientY.IsEmpty;

        // Mirrored rows add to the gradient of rows that have been there before.
        bool Accumulates => geometry.Window.Border == WindowBorder.Reflect;

        public void Run(int index)
        {
            WindowScratch scratch = new(geometry, TFormula.Count);
            if (Accumulates)
            {
                Of(gradientX, index).Clear();
                Of(gradientY, index).Clear();
            }

            double sum = 0;
            for (int row = 0; row < geometry.PaddedHeight; row++)
            {
                BlurRow(scratch, index, row);
                int window = row - geometry.Size + 1;
                if (window >= 0)
                {
                    sum += Windows(scratch, window);
                    Gradients(scratch, index, window);
                }
            }

            for (int row = geometry.DenseHeight; row < geometry.PaddedHeight; row++)
            {
                Gradients(scratch, index, row);
            }

            means.Span[index] = sum / geometry.Places;
            scratch.Return();
        }

        Span<S> Of(Memory<S> planes, int index)
        {
            int size = geometry.Height * geometry.Width;
            return planes.IsEmpty ? default : planes.Span.Slice(index * size, size);
        }

        Span<S> RowOf(Memory<S> planes, int index, int row) => Of(planes, index).Slice(row * geometry.Width, geometry.Width);

        void LoadRow(WindowScratch scratch, int index, int row)
        {
            Precision.Widen<S>(RowOf(x, index, row), scratch.X);
            Precision.Widen<S>(RowOf(y, index, row), scratch.Y);
        }

        /// <summary>The statistics of a padded row, blurred along.</summary>
        void BlurRow(WindowScratch scratch, int index, int row)
        {
            int source = geometry.SourceRow(row);
            if (source < 0)
            {
                new Span<double>(scratch.Blurred(row, 0), scratch.Pitch * TFormula.Count).Clear();
                return;
            }

            LoadRow(scratch, index, source);
            Terms(formula, scratch.X, scratch.Y, scratch.Terms(0) + geometry.Padding, scratch.Pitch, geometry.Width);
            for (int k = 0; k < TFormula.Count; k++)
            {
                FillBorder(scratch.Terms(k));
                Blur.Along(scratch.Terms(k), scratch.Weights, geometry.Size, scratch.Blurred(row, k), geometry.DenseWidth);
            }
        }

        void FillBorder(double* row)
        {
            for (int i = 0; i < geometry.Padding; i++)
            {
                int j = geometry.PaddedWidth - 1 - i;
                (int left, int right) = (geometry.SourceColumn(i), geometry.SourceColumn(j));
                row[i] = left < 0 ? 0 : row[geometry.Padding + left];
                row[j] = right < 0 ? 0 : row[geometry.Padding + right];
            }
        }

        /// <summary>The losses of a row of windows, added up, and their derivatives, spread along.</summary>
        double Windows(WindowScratch scratch, int row)
        {
            if (row % geometry.Window.Stride != 0)
            {
                new Span<double>(scratch.Adjoint(row, 0), scratch.Pitch * TFormula.Count).Clear();
                return 0;
            }

            double** rows = stackalloc double*[geometry.Size];
            for (int k = 0; k < TFormula.Count; k++)
            {
                for (int tap = 0; tap < geometry.Size; tap++)
                {
                    rows[tap] = scratch.Blurred(row + tap, k);
                }

                Blur.Across(rows, scratch.Weights, geometry.Size, scratch.Means(k), geometry.DenseWidth);
            }

            return geometry.Window.Stride == 1 ? Evaluate(scratch, row, geometry.DenseWidth) : EvaluateSome(scratch, row);
        }

        double Evaluate(WindowScratch scratch, int row, int count)
        {
            if (!Differentiates)
            {
                return Values(formula, scratch.Means(0), scratch.Pitch, scratch.Result, count);
            }

            double sum = Slopes<FirstMean>(scratch, 0, count);
            _ = TFormula.Count > 1 ? Slopes<SecondMean>(scratch, 1, count) : 0;
            _ = TFormula.Count > 2 ? Slopes<ThirdMean>(scratch, 2, count) : 0;
            _ = TFormula.Count > 3 ? Slopes<FourthMean>(scratch, 3, count) : 0;
            SpreadAlong(scratch, row, count);
            return sum;
        }

        double Slopes<TMean>(WindowScratch scratch, int k, int count)
            where TMean : struct, IVaried => ValuesAndSlopes<TMean>(
            formula, scratch.Means(0), scratch.Pitch, scratch.Result, scratch.Slopes(k) + geometry.Size - 1, scale / geometry.Places, count);

        // Windows that move by more than 1 are few: their means are moved together, and the derivatives apart again.
        double EvaluateSome(WindowScratch scratch, int row)
        {
            int stride = geometry.Window.Stride;
            int count = geometry.Window.Places(geometry.Width);
            for (int k = 0; k < TFormula.Count; k++)
            {
                double* means = scratch.Means(k);
                for (int i = 1; i < count; i++)
                {
                    means[i] = means[i * stride];
                }
            }

            return Evaluate(scratch, row, count);
        }

        void SpreadAlong(WindowScratch scratch, int row, int count)
        {
            int stride = geometry.Window.Stride;
            for (int k = 0; k < TFormula.Count; k++)
            {
                double* slopes = scratch.Slopes(k) + geometry.Size - 1;
                for (int i = count - 1; i > 0 && stride > 1; i--)
                {
                    slopes[i * stride] = slopes[i];
                    new Span<double>(slopes + ((i - 1) * stride) + 1, stride - 1).Clear();
                }

                int end = ((count - 1) * stride) + 1;
                new Span<double>(slopes + end, geometry.DenseWidth - end + geometry.Size - 1).Clear();
                Blur.Along(scratch.Slopes(k), scratch.Weights, geometry.Size, scratch.Adjoint(row, k), geometry.PaddedWidth);
            }
        }

        /// <summary>The gradients of a padded row, over which no more windows will come.</summary>
        void Gradients(WindowScratch scratch, int index, int row)
        {
            int source = geometry.SourceRow(row);
            if (source < 0 || !Differentiates)
            {
                return;
            }

            double** rows = stackalloc double*[geometry.Size];
            for (int k = 0; k < TFormula.Count; k++)
            {
                for (int tap = 0; tap < geometry.Size; tap++)
                {
                    int window = row - tap;
                    rows[tap] = window >= 0 && window < geometry.DenseHeight ? scratch.Adjoint(window, k) : scratch.Zero;
                }

                Blur.Across(rows, scratch.Weights, geometry.Size, scratch.Spread(k), geometry.PaddedWidth);
                FoldBorder(scratch.Spread(k));
            }

            LoadRow(scratch, index, source);
            Differentiate<First>(scratch, gradientX, index, source);
            Differentiate<Second>(scratch, gradientY, index, source);
        }

        void FoldBorder(double* row)
        {
            for (int i = 0; i < geometry.Padding && Accumulates; i++)
            {
                int j = geometry.PaddedWidth - 1 - i;
                row[geometry.Padding + geometry.SourceColumn(i)] += row[i];
                row[geometry.Padding + geometry.SourceColumn(j)] += row[j];
            }
        }

        void Differentiate<TVariable>(WindowScratch scratch, Memory<S> gradient, int index, int row)
            where TVariable : struct, IVariable
        {
            if (gradient.IsEmpty)
            {
                return;
            }

            Chain<TVariable>(formula, scratch.X, scratch.Y, scratch.Spread(0) + geometry.Padding, scratch.Pitch, scratch.Result, geometry.Width);
            Precision.Narrow(scratch.Result, RowOf(gradient, index, row), Accumulates);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static void Terms(TFormula formula, double* x, double* y, double* terms, nint pitch, int count)
        {
            for (nint i = 0; i < count; i += L.Width)
            {
                Store(formula.Terms(L.Load(in *x, i), L.Load(in *y, i)), terms, pitch, i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static double Values(TFormula formula, double* means, nint pitch, double* last, int count)
        {
            L sum = L.Const(0);
            L value = sum;
            nint i = 0;
            for (; i < count; i += L.Width)
            {
                sum += value;
                value = formula.Value(Load(means, pitch, i));
            }

            return Total(sum, value, last, count - (int)i + L.Width);
        }

        // One loop for each derivative: one evaluation of the formula is about as much as stays in registers. Never inlined: what
        // calls it is optimised later, and a second copy of the loop in there would get less of the inlining that it lives on.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static double ValuesAndSlopes<TMean>(TFormula formula, double* means, nint pitch, double* last, double* slopes, double scale, int count)
            where TMean : struct, IVaried
        {
            L factor = L.Const(scale);
            L sum = L.Const(0);
            L value = sum;
            nint i = 0;
            for (; i < count; i += L.Width)
            {
                sum += value;
                Dual<L> result = formula.Value(TMean.Of(Load(means, pitch, i)));
                value = result.Value;
                (result.Tangent * factor).Store(ref *slopes, i);
            }

            return Total(sum, value, last, count - (int)i + L.Width);
        }

        /// <summary>The sum of whole lanes, and of the first <paramref name="count"/> elements of the last one.</summary>
        static double Total(L sum, L last, double* room, int count)
        {
            last.Store(ref *room, 0);
            double total = sum.Sum();
            for (int i = 0; i < count; i++)
            {
                total += room[i];
            }

            return total;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static void Chain<TVariable>(TFormula formula, double* x, double* y, double* weights, nint pitch, double* result, int count)
            where TVariable : struct, IVariable
        {
            for (nint i = 0; i < count; i += L.Width)
            {
                Statistics<Dual<L>> terms = TVariable.Of(formula, L.Load(in *x, i), L.Load(in *y, i));
                L sum = terms.First.Tangent * L.Load(in *weights, i);
                sum = TFormula.Count > 1 ? sum + (terms.Second.Tangent * L.Load(in *weights, pitch + i)) : sum;
                sum = TFormula.Count > 2 ? sum + (terms.Third.Tangent * L.Load(in *weights, (2 * pitch) + i)) : sum;
                sum = TFormula.Count > 3 ? sum + (terms.Fourth.Tangent * L.Load(in *weights, (3 * pitch) + i)) : sum;
                sum.Store(ref *result, i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Statistics<L> Load(double* rows, nint pitch, nint i) => new(
            L.Load(in *rows, i),
            TFormula.Count > 1 ? L.Load(in *rows, pitch + i) : default,
            TFormula.Count > 2 ? L.Load(in *rows, (2 * pitch) + i) : default,
            TFormula.Count > 3 ? L.Load(in *rows, (3 * pitch) + i) : default);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Store(Statistics<L> terms, double* rows, nint pitch, nint i)
        {
            terms.First.Store(ref *rows, i);
            if (TFormula.Count > 1)
            {
                terms.Second.Store(ref *rows, pitch + i);
            }

            if (TFormula.Count > 2)
            {
                terms.Third.Store(ref *rows, (2 * pitch) + i);
            }

            if (TFormula.Count > 3)
            {
                terms.Fourth.Store(ref *rows, (3 * pitch) + i);
            }
        }
    }

    /// <summary>Which of the means is differentiated by.</summary>
    interface IVaried
    {
        static abstract Statistics<Dual<T>> Of<T>(Statistics<T> means)
            where T : struct, IReal<T>;
    }

    readonly struct FirstMean : IVaried
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Dual<T>> Of<T>(Statistics<T> means)
            where T : struct, IReal<T> =>
            new(Dual<T>.Variable(means.First), Dual<T>.Fixed(means.Second), Dual<T>.Fixed(means.Third), Dual<T>.Fixed(means.Fourth));
    }

    readonly struct SecondMean : IVaried
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Dual<T>> Of<T>(Statistics<T> means)
            where T : struct, IReal<T> =>
            new(Dual<T>.Fixed(means.First), Dual<T>.Variable(means.Second), Dual<T>.Fixed(means.Third), Dual<T>.Fixed(means.Fourth));
    }

    readonly struct ThirdMean : IVaried
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Dual<T>> Of<T>(Statistics<T> means)
            where T : struct, IReal<T> =>
            new(Dual<T>.Fixed(means.First), Dual<T>.Fixed(means.Second), Dual<T>.Variable(means.Third), Dual<T>.Fixed(means.Fourth));
    }

    readonly struct FourthMean : IVaried
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Dual<T>> Of<T>(Statistics<T> means)
            where T : struct, IReal<T> =>
            new(Dual<T>.Fixed(means.First), Dual<T>.Fixed(means.Second), Dual<T>.Fixed(means.Third), Dual<T>.Variable(means.Fourth));
    }

    /// <summary>Which of the images is differentiated by.</summary>
    interface IVariable
    {
        static abstract Statistics<Dual<T>> Of<TFormula, T>(TFormula formula, T x, T y)
            where TFormula : struct, IWindowFormula
            where T : struct, IReal<T>;
    }

    readonly struct First : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Dual<T>> Of<TFormula, T>(TFormula formula, T x, T y)
            where TFormula : struct, IWindowFormula
            where T : struct, IReal<T> => formula.Terms(Dual<T>.Variable(x), Dual<T>.Fixed(y));
    }

    readonly struct Second : IVariable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Statistics<Dual<T>> Of<TFormula, T>(TFormula formula, T x, T y)
            where TFormula : struct, IWindowFormula
            where T : struct, IReal<T> => formula.Terms(Dual<T>.Fixed(x), Dual<T>.Variable(y));
    }
}
