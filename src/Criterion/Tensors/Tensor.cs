using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Criterion.Memory;

namespace Criterion;

/// <summary>
/// A dense array of numbers with a shape, an element type, and, where asked for, the history from which gradients are taken.
/// </summary>
/// <remarks>
/// Operations give new tensors; those that move data without changing it (<see cref="Reshape"/>, <see cref="Permute"/>,
/// slices, <see cref="Expand"/>) give views of the same memory. Memory is managed: there is nothing to dispose. Any number of threads
/// may read a tensor at once; changing it, or setting <see cref="RequiresGrad"/> or <see cref="Grad"/>, needs it alone.
/// </remarks>
[JsonConverter(typeof(TensorJsonConverter))]
public sealed partial class Tensor
{
    readonly Storage _storage;

    /// <summary>Null where the elements lie in row-major order without gaps.</summary>
    readonly int[]? _strides;

    /// <summary>That of the storage while its memory was this tensor's.</summary>
    readonly int _generation;

    internal Tensor(Storage storage, Shape shape, int offset = 0, int[]? strides = null)
    {
        _storage = storage;
        _generation = storage.Generation;
        Shape = shape;
        Offset = offset;
        _strides = strides is null || AreContiguous(shape, strides) ? null : strides;
    }

    /// <summary>The sizes along the dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>The type of the elements.</summary>
    public DType DType => _storage.DType;

    /// <summary>The number of dimensions.</summary>
    public int Rank => Shape.Rank;

    /// <summary>The number of elements.</summary>
    public int Count => Shape.Count;

    /// <summary>Whether the elements lie in memory in row-major order without gaps.</summary>
    public bool IsContiguous => _strides is null;

    /// <summary>Whether operations on this tensor are recorded for gradients. Set it on what is to be learned.</summary>
    /// <exception cref="DTypeException">Set on a tensor that is not of floats.</exception>
    /// <exception cref="AutogradException">Cleared on a result of an operation; use <see cref="Detach"/>.</exception>
    public bool RequiresGrad
    {
        get => Node is not null;
        set => Node = value ? Node ?? Node.Leaf(this) : LeafOnly("RequiresGrad = false").Node = null;
    }

    /// <summary>Whether this tensor was not computed from others that require gradients: <c>Backward</c> fills <see cref="Grad"/> of leaves.</summary>
    public bool IsLeaf => Node is null or LeafNode;

    /// <summary>The gradient that <see cref="Backward"/> added up for this leaf, or null when there is none yet.</summary>
    public Tensor? Grad { get; set; }

    /// <exception cref="TensorException">The memory was given back.</exception>
    internal Storage Storage
    {
        get
        {
            if (_storage.Generation != _generation)
            {
                ThrowReleased();
            }

            return _storage;
        }
    }

    internal int Offset { get; }

    /// <summary>The step in memory for one step along each dimension, in elements.</summary>
    internal ReadOnlySpan<int> Strides => _strides is null ? Shape.RowMajor : _strides;

    /// <summary>Where this tensor comes from; null when no gradient is wanted.</summary>
    internal Node? Node { get; set; }

    /// <summary>The size along a dimension; negative ones count from the end.</summary>
    public int Size(int dim) => Shape[dim];

    /// <summary>The same values without history: gradients stop here.</summary>
    public Tensor Detach() => new(Storage, Shape, Offset, _strides);

    /// <summary>
    /// Takes this tensor's memory out of the <see cref="TensorScope"/> in which it was made, so that it lives as long as it is
    /// referenced: for code that did not open the scope itself.
    /// </summary>
    /// <returns>This tensor.</returns>
    /// <exception cref="TensorException">The scope has ended, or is one of another thread.</exception>
    public Tensor Keep()
    {
        Storage.Keep();
        return this;
    }

    /// <summary>Adds the gradient of this scalar by every leaf that it was computed from to the leaf's <see cref="Grad"/>.</summary>
    /// <param name="gradient">What flows in from above, of this tensor's shape; 1 for a scalar when not given.</param>
    /// <param name="retainGraph">Keep the graph for another pass. It is kept anyway with <paramref name="createGraph"/>.</param>
    /// <param name="createGraph">Record the gradients themselves, so that they can be differentiated.</param>
    /// <exception cref="AutogradException">Nothing here requires a gradient, the graph was freed, or a value was changed in place.</exception>
    public void Backward(Tensor? gradient = null, bool retainGraph = false, bool createGraph = false) =>
        BackwardPass.Backward(this, gradient, retainGraph, createGraph);

    /// <summary>This tensor, or a copy of it in row-major order.</summary>
    public Tensor Contiguous() => IsContiguous ? this : Clone();

    /// <summary>The memory of a contiguous tensor.</summary>
    internal Memory<T> Memory<T>()
        where T : unmanaged
    {
        if (Storage is not Storage<T> storage)
        {
            throw new DTypeException($"This tensor holds {DType}, not {DTypes.Of<T>()}; convert it with .To(DType.{DTypes.Of<T>()}).");
        }

        return IsContiguous
            ? storage.Memory.Slice(Offset, Count)
            : throw new TensorException($"A view of shape {Shape} is not contiguous; call .Contiguous() first.");
    }

    /// <summary>The memory from this tensor's first element to the end of its storage, for kernels that walk strides.</summary>
    internal Memory<T> StridedMemory<T>()
        where T : unmanaged => ((Storage<T>)Storage).Memory[Offset..];

    /// <summary>Another view of this memory.</summary>
    internal Tensor View(Shape shape, int[]? strides, int offset) => new(Storage, shape, offset, strides);

    // A dimension of size 1 may have any stride; an empty tensor is contiguous however it is strided.
    static bool AreContiguous(Shape shape, int[] strides)
    {
        int expected = 1;
        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            if (shape[i] != 1 && strides[i] != expected && shape.Count > 0)
            {
                return false;
            }

            expected *= shape[i];
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void ThrowReleased() => throw new TensorException(
        $"Tensor: the memory of this {DType} tensor of shape {Shape}{(IsLeaf ? "" : $", a result of '{Node!.Name}',")} "
        + _storage.DescribeRelease(_generation));

    Tensor LeafOnly(string operation) => IsLeaf
        ? this
        : throw new AutogradException($"{operation}: this tensor is a result of '{Node!.Name}', not a leaf; use .Detach() to cut it from its history.");
}
