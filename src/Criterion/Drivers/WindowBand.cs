using System.Numerics;
using Criterion.Formulas;
using Criterion.Kernels;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>
/// Computes a band of a plane's rows in one pass from top to bottom. As soon as the last row under a window is blurred, its losses and
/// their derivatives are computed, and as soon as the last window over a row is, its gradient. All is in double precision: a variance is
/// the small difference of large means.
/// </summary>
internal readonly unsafe struct WindowBand<TFormula, S, D>(WindowLosses<TFormula> losses, WindowGeometry geometry, Memory<double> sums)
    where TFormula : struct, IWindowFormula
    where S : unmanaged, IBinaryFloatingPointIeee754<S>
    where D : struct, ILane<D, double>
{
    bool Differentiates => !losses.GradientX.IsEmpty || !losses.GradientY.IsEmpty;

    // The gradient of a mirrored row is added to that of the row that it mirrors.
    bool Accumulates => geometry.Window.Border == WindowBorder.Reflect;

    public void Run(int index)
    {
        (int plane, int band) = Math.DivRem(index, geometry.Bands);
        (int from, int to) = geometry.BandRows(band);
        WindowScratch scratch = new(geometry, TFormula.StatisticCount);
        if (Accumulates)
        {
            Clear(losses.GradientX, plane, from, to);
            Clear(losses.GradientY, plane, from, to);
        }

        sums.Span[index] = SumWindows(scratch, plane, from, to);
        for (int row = Math.Max(from, geometry.DenseHeight); row < to; row++)
        {
            Gradients(scratch, plane, row);
        }

        scratch.Return();
    }

    /// <summary>
    /// Returns the sum of the losses of the band's windows. Windows above that overlap its rows are needed for the gradients.
    /// </summary>
    double SumWindows(WindowScratch scratch, int plane, int from, int to)
    {
        int reach = geometry.Size - 1;
        int first = Differentiates ? Math.Max(0, from - reach) : from;
        double sum = 0;
        for (int row = first; row < Math.Min(to + reach, geometry.PaddedHeight); row++)
        {
            BlurRow(scratch, plane, row);
            int window = row - reach;
            double loss = window >= first ? Windows(scratch, window) : 0;
            if (window >= from)
            {
                sum += loss;
                Gradients(scratch, plane, window);
            }
        }

        return sum;
    }

    void Clear(Elements gradient, int plane, int from, int to)
    {
        int end = Math.Min(to - geometry.Padding, geometry.Height);
        for (int row = Math.Max(0, from - geometry.Padding); row < end && !gradient.IsEmpty; row++)
        {
            RowOf(gradient, plane, row).Clear();
        }
    }

    Span<S> RowOf(Elements planes, int plane, int row) =>
        planes.Span<S>().Slice(((plane * geometry.Height) + row) * geometry.Width, geometry.Width);

    void LoadRow(WindowScratch scratch, int plane, int row)
    {
        Precision.Widen<S>(RowOf(losses.X, plane, row), scratch.X);
        Precision.Widen<S>(RowOf(losses.Y, plane, row), scratch.Y);
    }

    /// <summary>Computes the statistics of a padded row, blurred along.</summary>
    void BlurRow(WindowScratch scratch, int plane, int row)
    {
        int source = geometry.SourceRow(row);
        if (source < 0)
        {
            new Span<double>(scratch.Blurred(row, 0), scratch.Pitch * TFormula.StatisticCount).Clear();
            return;
        }

        LoadRow(scratch, plane, source);
        WindowLoops<TFormula, D>.Terms(
            losses.Formula, scratch.X, scratch.Y, scratch.Terms(0) + geometry.Padding, scratch.Pitch, geometry.Width);
        for (int k = 0; k < TFormula.StatisticCount; k++)
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

    /// <summary>Returns the sum of the losses of a row of windows, and computes their derivatives, blurred along.</summary>
    double Windows(WindowScratch scratch, int row)
    {
        if (row % geometry.Window.Stride != 0)
        {
            new Span<double>(scratch.Adjoint(row, 0), scratch.Pitch * TFormula.StatisticCount).Clear();
            return 0;
        }

        double** rows = stackalloc double*[geometry.Size];
        for (int k = 0; k < TFormula.StatisticCount; k++)
        {
            for (int tap = 0; tap < geometry.Size; tap++)
            {
                rows[tap] = scratch.Blurred(row + tap, k);
            }

            Blur.Across(rows, scratch.Weights, geometry.Size, scratch.Means(k), geometry.DenseWidth);
        }

        return geometry.Window.Stride == 1 ? Evaluate(scratch, row, geometry.DenseWidth) : EvaluateStrided(scratch, row);
    }

    double Evaluate(WindowScratch scratch, int row, int count)
    {
        if (!Differentiates)
        {
            return WindowLoops<TFormula, D>.Values(losses.Formula, scratch.Means(0), scratch.Pitch, count);
        }

        double sum = Slopes<FirstInput>(scratch, 0, count);
        _ = TFormula.StatisticCount > 1 ? Slopes<SecondInput>(scratch, 1, count) : 0;
        _ = TFormula.StatisticCount > 2 ? Slopes<ThirdInput>(scratch, 2, count) : 0;
        _ = TFormula.StatisticCount > 3 ? Slopes<FourthInput>(scratch, 3, count) : 0;
        BlurSlopes(scratch, row, count);
        return sum;
    }

    double Slopes<TMean>(WindowScratch scratch, int k, int count)
        where TMean : struct, IInput => WindowLoops<TFormula, D>.ValuesAndSlopes<TMean>(
        losses.Formula, scratch.Means(0), scratch.Pitch, scratch.Slopes(k) + geometry.Size - 1, losses.Scale / geometry.Places, count);

    // With a stride above 1 windows are few: their means are packed, and the derivatives unpacked.
    double EvaluateStrided(WindowScratch scratch, int row)
    {
        int stride = geometry.Window.Stride;
        int count = geometry.Window.Places(geometry.Width);
        for (int k = 0; k < TFormula.StatisticCount; k++)
        {
            double* means = scratch.Means(k);
            for (int i = 1; i < count; i++)
            {
                means[i] = means[i * stride];
            }
        }

        return Evaluate(scratch, row, count);
    }

    void BlurSlopes(WindowScratch scratch, int row, int count)
    {
        int stride = geometry.Window.Stride;
        for (int k = 0; k < TFormula.StatisticCount; k++)
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

    /// <summary>Writes the gradients of a padded row, over which all windows are computed.</summary>
    void Gradients(WindowScratch scratch, int plane, int row)
    {
        int source = geometry.SourceRow(row);
        if (source < 0 || !Differentiates)
        {
            return;
        }

        double** rows = stackalloc double*[geometry.Size];
        for (int k = 0; k < TFormula.StatisticCount; k++)
        {
            for (int tap = 0; tap < geometry.Size; tap++)
            {
                int window = row - tap;
                rows[tap] = window >= 0 && window < geometry.DenseHeight ? scratch.Adjoint(window, k) : scratch.Zero;
            }

            Blur.Across(rows, scratch.Weights, geometry.Size, scratch.BlurredSlopes(k), geometry.PaddedWidth);
            FoldBorder(scratch.BlurredSlopes(k));
        }

        LoadRow(scratch, plane, source);
        Differentiate<FirstInput>(scratch, losses.GradientX, plane, source);
        Differentiate<SecondInput>(scratch, losses.GradientY, plane, source);
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

    void Differentiate<TInput>(WindowScratch scratch, Elements gradient, int plane, int row)
        where TInput : struct, IInput
    {
        if (gradient.IsEmpty)
        {
            return;
        }

        double* weights = scratch.BlurredSlopes(0) + geometry.Padding;
        WindowLoops<TFormula, D>.Chain<TInput>(
            losses.Formula, scratch.X, scratch.Y, weights, scratch.Pitch, scratch.Result, geometry.Width);
        Precision.Narrow(scratch.Result, RowOf(gradient, plane, row), Accumulates);
    }
}
