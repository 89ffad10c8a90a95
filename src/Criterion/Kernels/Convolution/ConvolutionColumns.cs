using System.Runtime.CompilerServices;
using Criterion.Memory;

namespace Criterion.Kernels;

/// <summary>A source of the packed right operand of a convolution, panel by panel and, where it is long, part by part.</summary>
internal unsafe interface IConvolutionColumns<S>
    where S : unmanaged
{
    /// <summary>The number of equal slices of the depth that can be packed separately.</summary>
    int Parts { get; }

    /// <summary>Fills the rows of <paramref name="part"/> in the panel that begins at <paramref name="column"/> of a group.</summary>
    void Pack(int group, int part, int column, int lanes, S* panel, int width);
}

/// <summary>The right operand of a convolution's product, packed once and read by every block: group, panel, depth, lane.</summary>
internal readonly struct ConvolutionColumns<S>
    where S : unmanaged
{
    ConvolutionColumns(int groups, int depth, int columns, int panelWidth)
    {
        Depth = depth;
        Columns = columns;
        PanelWidth = panelWidth;
        Data = BufferPool<S>.Rent(BufferSize.Of(groups, Panels, BufferSize.Of(depth, panelWidth)));
    }

    public Memory<S> Data { get; }

    public int Depth { get; }

    public int Columns { get; }

    public int PanelWidth { get; }

    public int PanelStride => Depth * PanelWidth;

    public int GroupStride => Panels * PanelStride;

    public int Panels => (Columns + PanelWidth - 1) / PanelWidth;

    public static ConvolutionColumns<S> Pack<TSource>(in TSource source, int groups, int depth, int columns, int panelWidth)
        where TSource : struct, IConvolutionColumns<S>
    {
        ConvolutionColumns<S> packed = new(groups, depth, columns, panelWidth);
        PackChunks<TSource> chunks = new(source, packed, groups * packed.Panels * source.Parts);
        ParallelFor.Run(chunks.Count, chunks);
        return packed;
    }

    public void Return() => BufferPool<S>.Return(Data);

    /// <summary>Some parts of panels; enough in a chunk to be worth a thread.</summary>
    readonly struct PackChunks<TSource>(TSource source, ConvolutionColumns<S> packed, int pieces) : IChunk
        where TSource : struct, IConvolutionColumns<S>
    {
        const int ChunkElements = 1 << 15;

        readonly int _partStride = packed.PanelStride / source.Parts;
        readonly int _piecesPerChunk = Math.Max(1, ChunkElements / Math.Max(1, packed.PanelStride / source.Parts));

        public int Count => (pieces + _piecesPerChunk - 1) / _piecesPerChunk;

        public void Run(int index)
        {
            int end = Math.Min((index + 1) * _piecesPerChunk, pieces);
            for (int piece = index * _piecesPerChunk; piece < end; piece++)
            {
                Pack(piece);
            }
        }

        unsafe void Pack(int piece)
        {
            (int panelIndex, int part) = Math.DivRem(piece, source.Parts);
            (int group, int panel) = Math.DivRem(panelIndex, packed.Panels);
            int width = packed.PanelWidth;
            int column = panel * width;
            fixed (S* data = packed.Data.Span)
            {
                S* target = data + ((nint)panelIndex * packed.PanelStride) + ((nint)part * _partStride);
                source.Pack(group, part, column, Math.Min(width, packed.Columns - column), target, width);
            }
        }
    }
}

/// <summary>Forward: the weights as [in channel · tap, out channel].</summary>
internal readonly unsafe struct WeightColumns<S>(ConvolutionGeometry g, ReadOnlyMemory<S> weight) : IConvolutionColumns<S>
    where S : unmanaged
{
    public int Parts => 1;

    public void Pack(int group, int part, int column, int lanes, S* panel, int width)
    {
        int depth = g.GroupInChannels * g.Taps;
        fixed (S* source = weight.Span)
        {
            S* first = source + ((nint)((group * g.GroupOutChannels) + column) * depth);
            MatrixProductPanel.Pack(first, 1, depth, depth, lanes, panel, width);
        }
    }
}

/// <summary>Gradient of the weights: the output gradient as [image · pixel, out channel].</summary>
internal readonly unsafe struct OutputGradientColumns<S>(ConvolutionGeometry g, ReadOnlyMemory<S> outputGradient) : IConvolutionColumns<S>
    where S : unmanaged
{
    public int Parts => g.Batch;

    public void Pack(int group, int part, int column, int lanes, S* panel, int width)
    {
        int pixels = g.OutPixels;
        fixed (S* source = outputGradient.Span)
        {
            S* first = source + ((nint)((part * g.OutChannels) + (group * g.GroupOutChannels) + column) * pixels);
            MatrixProductPanel.Pack(first, 1, pixels, pixels, lanes, panel, width);
        }
    }
}

/// <summary>Gradient of the input: the weights of one stride phase as [out channel · tap of the phase, in channel].</summary>
internal readonly unsafe struct PhaseWeightColumns<S>(
    ConvolutionGeometry g, ConvolutionPhase rows, ConvolutionPhase columns, ReadOnlyMemory<S> weight)
    : IConvolutionColumns<S>
    where S : unmanaged
{
    public int Parts => g.GroupOutChannels;

    /// <summary>Packs one out channel: its weights for the panel's in channels are a small block that stays in the nearest cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Pack(int group, int part, int column, int lanes, S* panel, int width)
    {
        int channel = (group * g.GroupOutChannels) + part;
        fixed (S* source = weight.Span)
        {
            S* first = source + ((nint)((channel * g.GroupInChannels) + column) * g.Taps);
            if (rows.Taps * columns.Taps == g.Taps)
            {
                MatrixProductPanel.Pack(first, 1, g.Taps, g.Taps, lanes, panel, width);
                return;
            }

            for (int y = 0; y < rows.Taps; y++, panel += columns.Taps * width)
            {
                int tap = (rows.Tap(y) * g.KernelWidth) + columns.Tap(0);
                MatrixProductPanel.Pack(first + tap, columns.TapStep, g.Taps, columns.Taps, lanes, panel, width);
            }
        }
    }
}
