using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Formulas;
using Criterion.Kernels;
using Criterion.Simd;

namespace Criterion.Drivers;

/// <summary>Maps a formula over the elements of up to three tensors of one type, stretching sizes of 1 as NumPy does.</summary>
internal static class MapDriver
{
    /// <summary>Elements of one chunk: fixed, so that the work is cut alike on any number of threads.</summary>
    public const int ChunkLength = 16384;

    public static Tensor Run<TFormula>(TFormula formula, Shape shape, Tensor a, Tensor b, Tensor c)
        where TFormula : struct, IMapFormula
    {
        Tensor output = Tensor.Empty(shape, a.DType);
        Into(formula, output, a, b, c);
        return output;
    }

    /// <summary>Writes into a contiguous tensor, which may be one of the inputs.</summary>
    public static void Into<TFormula>(TFormula formula, Tensor output, Tensor a, Tensor b, Tensor c)
        where TFormula : struct, IMapFormula
    {
        if (output.Count == 0)
        {
            return;
        }

        if (a.DType.IsFloat())
        {
            WidestLane.Run(new Task<TFormula>(formula, output, a, b, c), a.DType);
        }
        else
        {
            Over<TFormula, long, Int64Lane>(formula, output, a, b, c);
        }
    }

    readonly struct Task<TFormula>(TFormula formula, Tensor output, Tensor a, Tensor b, Tensor c) : ILaneTask
        where TFormula : struct, IMapFormula
    {
        public void Run<S, L>()
            where S : unmanaged, IBinaryFloatingPointIeee754<S>
            where L : struct, ILane<L, S> => Over<TFormula, S, L>(formula, output, a, b, c);
    }

    static void Over<TFormula, S, L>(TFormula formula, Tensor output, Tensor a, Tensor b, Tensor c)
        where TFormula : struct, IMapFormula
        where S : unmanaged
        where L : struct, ILane<L, S>
    {
        Runs runs = Runs.Of(output.Shape, ref a, ref b, ref c);
        int rowsPerChunk = Math.Max(1, ChunkLength / runs.Length);
        int piece = runs.Outer == 1 ? ChunkLength : runs.Length;
        int chunks = runs.Outer == 1
            ? (runs.Length + piece - 1) / piece
            : (runs.Outer + rowsPerChunk - 1) / rowsPerChunk;
        ParallelFor.Run(chunks, new Chunk<TFormula, S, L>(
            formula, runs, runs.Outer == 1 ? 0 : rowsPerChunk, output.Memory<S>(), a.StridedMemory<S>(), b.StridedMemory<S>(), c.StridedMemory<S>()));
    }

    /// <summary>
    /// The elements as runs along the innermost dimensions, in which every input either steps by 1 or stands still, and an
    /// outer odometer of what is left.
    /// </summary>
    readonly record struct Runs(int Length, int Outer, int[] Dims, int[] A, int[] B, int[] C, int StepA, int StepB, int StepC)
    {
        public static Runs Of(Shape shape, ref Tensor a, ref Tensor b, ref Tensor c)
        {
            if (IsFlat(shape, a) && IsFlat(shape, b) && IsFlat(shape, c))
            {
                return new Runs(shape.Count, 1, [], [], [], [], Step(a), Step(b), Step(c));
            }

            return Collapse(shape, ref a, ref b, ref c);
        }

        static bool IsFlat(Shape shape, Tensor x) => x.Count == 1 || (x.IsContiguous && x.Shape == shape);

        static int Step(Tensor x) => x.Count == 1 ? 0 : 1;

        static Runs Collapse(Shape shape, ref Tensor a, ref Tensor b, ref Tensor c)
        {
            int rank = shape.Rank;
            Span<int> ofA = stackalloc int[rank];
            Span<int> ofB = stackalloc int[rank];
            Span<int> ofC = stackalloc int[rank];
            Span<int> dims = stackalloc int[rank];
            Stretch(shape, ref a, ofA);
            Stretch(shape, ref b, ofB);
            Stretch(shape, ref c, ofC);
            int last = -1;
            for (int i = 0; i < rank; i++)
            {
                int size = shape[i];
                if (size == 1)
                {
                    continue;
                }

                // A dimension joins the one before it when stepping over its end is a step of that one, for every input.
                bool joins = last >= 0 && ofA[last] == ofA[i] * size && ofB[last] == ofB[i] * size && ofC[last] == ofC[i] * size;
                last += joins ? 0 : 1;
                dims[last] = joins ? dims[last] * size : size;
                (ofA[last], ofB[last], ofC[last]) = (ofA[i], ofB[i], ofC[i]);
            }

            int length = dims[last];
            return new Runs(
                length, shape.Count / length, dims[..last].ToArray(), ofA[..last].ToArray(), ofB[..last].ToArray(), ofC[..last].ToArray(),
                ofA[last], ofB[last], ofC[last]);
        }

        /// <summary>The strides of <paramref name="x"/> stretched to <paramref name="shape"/>; a view that runs badly is copied.</summary>
        static void Stretch(Shape shape, ref Tensor x, Span<int> strides)
        {
            int innermost = InnermostStride(x);
            if (innermost > 1)
            {
                x = x.Detach().Contiguous();
            }

            ReadOnlySpan<int> own = x.Strides;
            int lead = shape.Rank - x.Rank;
            strides[..lead].Clear();
            for (int i = 0; i < x.Rank; i++)
            {
                strides[lead + i] = x.Shape[i] == 1 ? 0 : own[i];
            }
        }

        static int InnermostStride(Tensor x)
        {
            for (int i = x.Rank - 1; i >= 0; i--)
            {
                if (x.Shape[i] > 1)
                {
                    return x.Strides[i];
                }
            }

            return 0;
        }
    }

    readonly struct Chunk<TFormula, S, L>(
        TFormula formula, Runs runs, int rows, Memory<S> output, Memory<S> a, Memory<S> b, Memory<S> c) : IChunk
        where TFormula : struct, IMapFormula
        where S : unmanaged
        where L : struct, ILane<L, S>
    {
        public void Run(int index)
        {
            if (rows == 0)
            {
                int start = index * ChunkLength;
                RunPiece(start, Math.Min(ChunkLength, runs.Length - start), start * runs.StepA, start * runs.StepB, start * runs.StepC);
                return;
            }

            int end = Math.Min(runs.Outer, (index + 1) * rows);
            for (int row = index * rows; row < end; row++)
            {
                int atA = 0;
                int atB = 0;
                int atC = 0;
                int rest = row;
                for (int d = runs.Dims.Length - 1; d >= 0; d--)
                {
                    (rest, int i) = Math.DivRem(rest, runs.Dims[d]);
                    atA += i * runs.A[d];
                    atB += i * runs.B[d];
                    atC += i * runs.C[d];
                }

                RunPiece(row * runs.Length, runs.Length, atA, atB, atC);
            }
        }

        void RunPiece(int at, int length, int atA, int atB, int atC)
        {
            ref S y = ref MemoryMarshal.GetReference(output.Span.Slice(at, length));
            Span<S> still = stackalloc S[3 * L.Width];
            ref S x0 = ref Source(a, atA, runs.StepA, still[..L.Width]);
            ref S x1 = ref Source(b, atB, runs.StepB, still.Slice(L.Width, L.Width));
            ref S x2 = ref Source(c, atC, runs.StepC, still[(2 * L.Width)..]);
            Loop(formula, length, ref x0, runs.StepA, ref x1, runs.StepB, ref x2, runs.StepC, ref y);
        }

        // An input that stands still is read from a lane filled with its value: the loop's load is the same for all.
        static ref S Source(Memory<S> memory, int at, int step, Span<S> still)
        {
            ref S first = ref memory.Span[at];
            if (step != 0)
            {
                return ref first;
            }

            still.Fill(first);
            return ref MemoryMarshal.GetReference(still);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static void Loop(TFormula formula, int length, ref S a, nint stepA, ref S b, nint stepB, ref S c, nint stepC, ref S output)
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
                Remainder(formula, (int)(length - i), ref Unsafe.Add(ref a, i * stepA), ref Unsafe.Add(ref b, i * stepB), ref Unsafe.Add(ref c, i * stepC), ref Unsafe.Add(ref output, i), stepA, stepB, stepC);
            }
        }

        // The last elements go through one padded lane, so that they are computed exactly as the others are.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        static void Remainder(TFormula formula, int length, ref S a, ref S b, ref S c, ref S output, nint stepA, nint stepB, nint stepC)
        {
            Span<S> padded = stackalloc S[4 * L.Width];
            ref S first = ref MemoryMarshal.GetReference(padded);
            for (int i = 0; i < L.Width; i++)
            {
                int from = Math.Min(i, length - 1);
                padded[i] = Unsafe.Add(ref a, from * stepA);
                padded[L.Width + i] = TFormula.Arity > 1 ? Unsafe.Add(ref b, from * stepB) : default;
                padded[(2 * L.Width) + i] = TFormula.Arity > 2 ? Unsafe.Add(ref c, from * stepC) : default;
            }

            L value = formula.Value(L.Load(in first, 0), L.Load(in first, L.Width), L.Load(in first, 2 * L.Width));
            value.Store(ref first, 3 * L.Width);
            padded.Slice(3 * L.Width, length).CopyTo(MemoryMarshal.CreateSpan(ref output, length));
        }
    }
}
