using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Formulas;
using Criterion.Kernels;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>The operands of a map.</summary>
/// <param name="Formula">The formula.</param>
/// <param name="Layout">The order of the elements.</param>
/// <param name="Output">Receives the results; may be one of the inputs.</param>
/// <param name="A">The first input, from its first element to the end of its memory.</param>
/// <param name="B">The second input likewise; the first again where the formula takes one.</param>
/// <param name="C">The third input likewise; the first again where the formula takes fewer than three.</param>
internal readonly record struct Mapping<TFormula>(TFormula Formula, MapLayout Layout, Elements Output, Elements A, Elements B, Elements C)
    where TFormula : struct, IPointwiseFormula;

/// <summary>Maps a formula over the elements of up to three operands of one type, broadcast as NumPy does.</summary>
internal static class MapDriver
{
    public static void Run<TFormula>(in Mapping<TFormula> mapping)
        where TFormula : struct, IPointwiseFormula
    {
        Loop<TFormula> loop = new(mapping);
        if (mapping.Output.DType.IsFloat())
        {
            LaneLoop.Run(loop, mapping.Output.DType);
        }
        else
        {
            ParallelFor.Run(loop.Chunks, new IntegerChunk<TFormula>(loop));
        }
    }

    readonly struct IntegerChunk<TFormula>(Loop<TFormula> loop) : IChunk
        where TFormula : struct, IPointwiseFormula
    {
        public void Run(int index) => loop.RunChunk<long, Int64Lane>(index);
    }

    readonly struct Loop<TFormula>(Mapping<TFormula> mapping) : ILaneLoop
        where TFormula : struct, IPointwiseFormula
    {
        MapLayout Layout => mapping.Layout;

        int RowsPerChunk => Math.Max(1, LaneLoop.ChunkLength / Layout.Length);

        public int Chunks => Layout.Outer == 1 ? LaneLoop.Chunks(Layout.Length) : LaneLoop.Chunks(Layout.Outer, RowsPerChunk);

        void ILaneLoop.Run<S, L, D>(int chunk) => RunChunk<S, L>(chunk);

        public void RunChunk<S, L>(int chunk)
            where S : unmanaged, INumberBase<S>
            where L : struct, ILane<L, S>
        {
            if (Layout.Outer == 1)
            {
                int start = chunk * LaneLoop.ChunkLength;
                int length = Math.Min(LaneLoop.ChunkLength, Layout.Length - start);
                MapSegment<S, L>(start, length, start * Layout.StepA, start * Layout.StepB, start * Layout.StepC);
                return;
            }

            int end = Math.Min(Layout.Outer, (chunk + 1) * RowsPerChunk);
            for (int row = chunk * RowsPerChunk; row < end; row++)
            {
                (int a, int b, int c, int rest) = (0, 0, 0, row);
                for (int d = Layout.Dims.Length - 1; d >= 0; d--)
                {
                    (rest, int i) = Math.DivRem(rest, Layout.Dims[d]);
                    a += i * Layout.A[d];
                    b += i * Layout.B[d];
                    c += i * Layout.C[d];
                }

                MapSegment<S, L>(row * Layout.Length, Layout.Length, a, b, c);
            }
        }

        void MapSegment<S, L>(int at, int length, int a, int b, int c)
            where S : unmanaged, INumberBase<S>
            where L : struct, ILane<L, S>
        {
            ref S y = ref MemoryMarshal.GetReference(mapping.Output.Span<S>().Slice(at, length));
            Span<S> repeated = stackalloc S[3 * L.Width];
            ref S x0 = ref Source(mapping.A.Span<S>(), a, Layout.StepA, repeated[..L.Width]);
            ref S x1 = ref Source(mapping.B.Span<S>(), b, Layout.StepB, repeated.Slice(L.Width, L.Width));
            ref S x2 = ref Source(mapping.C.Span<S>(), c, Layout.StepC, repeated[(2 * L.Width)..]);
            MapLoop<TFormula, S, L>.Run(mapping.Formula, length, ref x0, Layout.StepA, ref x1, Layout.StepB, ref x2, Layout.StepC, ref y);
        }

        // An operand that does not step is read from a lane filled with its value: the loop's load is the same for all.
        static ref S Source<S>(Span<S> elements, int at, int step, Span<S> repeated)
            where S : unmanaged
        {
            ref S first = ref elements[at];
            if (step != 0)
            {
                return ref first;
            }

            repeated.Fill(first);
            return ref MemoryMarshal.GetReference(repeated);
        }
    }
}

/// <summary>The loop of a map along a segment.</summary>
internal static class MapLoop<TFormula, S, L>
    where TFormula : struct, IPointwiseFormula
    where S : unmanaged, INumberBase<S>
    where L : struct, ILane<L, S>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(TFormula formula, int length, ref S a, nint stepA, ref S b, nint stepB, ref S c, nint stepC, ref S output)
    {
        nint i = 0;
        for (; i <= length - L.Width; i += L.Width)
        {
            L x = L.Load(in a, i * stepA);
            L y = TFormula.Arity > 1 ? L.Load(in b, i * stepB) : default;
            L z = TFormula.Arity > 2 ? L.Load(in c, i * stepC) : default;
            formula.Value(x, y, z).Store(ref output, i);
        }

        if (i < length)
        {
            Partial(
                formula,
                PartialLane<L, S>.Load(in Unsafe.Add(ref a, i * stepA), length - (int)i, (int)stepA),
                TFormula.Arity > 1 ? PartialLane<L, S>.Load(in Unsafe.Add(ref b, i * stepB), length - (int)i, (int)stepB) : default,
                TFormula.Arity > 2 ? PartialLane<L, S>.Load(in Unsafe.Add(ref c, i * stepC), length - (int)i, (int)stepC) : default,
                MemoryMarshal.CreateSpan(ref Unsafe.Add(ref output, i), length - (int)i));
        }
    }

    // In a separate method: what is inlined for the last elements would count against the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Partial(TFormula formula, L x, L y, L z, Span<S> output) => PartialLane<L, S>.Store(formula.Value(x, y, z), output);
}
