using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Formulas;
using Criterion.Kernels;
using Criterion.Memory;

namespace Criterion.Drivers;

/// <summary>The sides of a plane and of what its windows make of it. "Dense" rows and columns are those of windows that move by 1.</summary>
internal readonly struct WindowGeometry(BlurWindow window, int height, int width)
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

    /// <summary>Bands of rows that a plane is cut into, by its size alone.</summary>
    public int Bands => Math.Max(1, PaddedHeight / LeastBand);

    // Bands share rows of windows, which both work out: tall ones are nearly as fast as none. A row that mirrors another is in its band.
    int LeastBand => Math.Max(256, 2 * Size);

    /// <summary>The weights along a side of the window.</summary>
    public double[] Weights { get; } = window.Weights();

    public int Places => Window.Places(Height) * Window.Places(Width);

    /// <summary>The padded rows of a band; the last goes to the end.</summary>
    public (int From, int To) BandRows(int band) => (band * LeastBand, band == Bands - 1 ? PaddedHeight : (band + 1) * LeastBand);

    /// <summary>The row of the image that padded row <paramref name="row"/> repeats; −1 for zeros.</summary>
    public int SourceRow(int row) => Window.Source(row - Padding, Height);

    public int SourceColumn(int column) => Window.Source(column - Padding, Width);
}

/// <summary>
/// The rows that the pass over a plane works on, in one piece of pooled memory. Of blurred statistics and of derivatives only as
/// many rows are kept as a window is high, in rings, so that a plane of any height stays in the cache.
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

    /// <summary>Elements from one row to the next.</summary>
    public int Pitch { get; }

    public double* Weights { get; }

    public double* Zero => _rows;

    public double* X => _rows + Pitch;

    public double* Y => _rows + (2 * Pitch);

    public double* Result => _rows + (3 * Pitch);

    public double* Terms(int k) => _rows + (Pitch * (4 + k));

    public double* Means(int k) => Terms(_count + k);

    /// <summary>Derivatives by the means, with zeros on both sides as wide as a window reaches.</summary>
    public double* Slopes(int k) => Means(_count + k);

    public double* Spread(int k) => Slopes(_count + k);

    /// <summary>A row of statistic <paramref name="k"/>, blurred along.</summary>
    public double* Blurred(int row, int k) => Spread(_count) + (Pitch * (((row % _size) * _count) + k));

    /// <summary>A row of derivatives by statistic <paramref name="k"/>, spread along.</summary>
    public double* Adjoint(int row, int k) => Blurred(0, 0) + (Pitch * (((_size + (row % _size)) * _count) + k));

    public void Return() => BufferPool<double>.Return(_memory);
}
