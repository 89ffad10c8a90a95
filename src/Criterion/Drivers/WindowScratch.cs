using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Formulas;
using Criterion.Kernels;
using Criterion.Memory;

namespace Criterion.Drivers;

/// <summary>The sizes of a plane and of the results of its windows. Dense rows and columns are those of a stride of 1.</summary>
internal readonly struct WindowGeometry(BlurWindow window, int height, int width, double[]? weights = null)
{
    public BlurWindow Window { get; } = window;

    public int Height { get; } = height;

    public int Width { get; } = width;

    public int Size { get; } = window.Size;

    public int Padding { get; } = window.Padding;

    public int PaddedHeight => Height + (2 * Padding);

    public int PaddedWidth => Width + (2 * Padding);

    public int DenseHeight => PaddedHeight - Size + 1;

    public int DenseWidth => PaddedWidth - Size + 1;

    /// <summary>Gets the number of bands of rows of a plane, which depends on its size alone.</summary>
    public int Bands => Math.Max(1, PaddedHeight / LeastBand);

    // Neighbouring bands compute their common rows of windows twice: tall bands are nearly as fast as a single one. A mirrored row is in
    // the band of the row that it mirrors.
    int LeastBand => Math.Max(256, 2 * Size);

    /// <summary>Gets the weights along a side of the window.</summary>
    public double[] Weights { get; } = weights ?? window.Weights();

    public int Places => Window.Places(Height) * Window.Places(Width);

    /// <summary>Returns the padded rows of a band; the last band extends to the end.</summary>
    public (int From, int To) BandRows(int band) => (band * LeastBand, band == Bands - 1 ? PaddedHeight : (band + 1) * LeastBand);

    /// <summary>Returns the row of the image that padded row <paramref name="row"/> repeats; −1 for zeros.</summary>
    public int SourceRow(int row) => Window.Source(row - Padding, Height);

    public int SourceColumn(int column) => Window.Source(column - Padding, Width);
}

/// <summary>
/// The rows of the pass over a plane, in one block of pooled memory, padded to whole lanes. Of blurred statistics and of derivatives
/// as many rows are kept as a window is high, in ring buffers, so that the pass stays in the cache for a plane of any height.
/// </summary>
internal readonly unsafe struct WindowScratch
{
    readonly Memory<double> _memory;
    readonly double* _rows;
    readonly int _count;
    readonly int _size;

    public WindowScratch(WindowGeometry geometry, int count)
    {
        _count = count;
        _size = geometry.Size;
        Pitch = (geometry.PaddedWidth + (2 * _size) + (2 * Blur.Slack)) & ~7;
        _memory = BufferPool<double>.Rent(BufferSize.Of(Pitch, 4 + ((4L + (2L * _size)) * count)) + _size);

        // The pool's memory does not move.
        _rows = (double*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(_memory.Span));
        Weights = _rows + (Pitch * (4 + (4 * count) + (2 * count * _size)));
        geometry.Weights.CopyTo(new Span<double>(Weights, _size));
        new Span<double>(Zero, Pitch).Clear();
        new Span<double>(Slopes(0), Pitch * count).Clear();
    }

    /// <summary>Gets the number of elements from one row to the next.</summary>
    public int Pitch { get; }

    public double* Weights { get; }

    public double* Zero => _rows;

    public double* X => _rows + Pitch;

    public double* Y => _rows + (2 * Pitch);

    public double* Result => _rows + (3 * Pitch);

    public double* Terms(int k) => _rows + (Pitch * (4 + k));

    public double* Means(int k) => Terms(_count + k);

    /// <summary>Returns the derivatives by the means, with zeros on both sides as wide as a window.</summary>
    public double* Slopes(int k) => Means(_count + k);

    public double* BlurredSlopes(int k) => Slopes(_count + k);

    /// <summary>Returns a row of statistic <paramref name="k"/>, blurred along.</summary>
    public double* Blurred(int row, int k) => BlurredSlopes(_count) + (Pitch * (((row % _size) * _count) + k));

    /// <summary>Returns a row of derivatives by statistic <paramref name="k"/>, blurred along.</summary>
    public double* Adjoint(int row, int k) => Blurred(0, 0) + (Pitch * (((_size + (row % _size)) * _count) + k));

    public void Return() => BufferPool<double>.Return(_memory);
}
