using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Criterion.Drivers;
using Criterion.Memory;

namespace Criterion;

/// <summary>
/// A dense array of numbers with a shape, an element type and, where required, the graph from which gradients are computed.
/// </summary>
/// <remarks>
/// Operations return new tensors. Those that only rearrange elements (<see cref="Reshape"/>, <see cref="Permute"/>, slices,
/// <see cref="Expand"/>) return views of the same memory. Memory is managed: nothing must be disposed. Any number of threads may read a
/// tensor at once. A thread that changes it, or sets <see cref="RequiresGrad"/> or <see cref="Grad"/>, must be the only one that uses it.
/// <para>
/// <c>==</c> and <c>!=</c> compare references; <see cref="EqualTo(Tensor)"/> compares elements. <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> and
/// <c>&gt;=</c> compare elements.
/// </para>
/// </remarks>
[JsonConverter(typeof(TensorJsonConverter))]
public sealed partial class Tensor : IFormattable
{
    Storage _storage;

    /// <summary>Null if the elements are in row-major order without gaps.</summary>
    int[]? _strides;

    /// <summary>The generation of the storage in which its memory is this tensor's.</summary>
    int _generation;

    internal Tensor(Storage storage, Shape shape, int offset = 0, int[]? strides = null)
    {
        _storage = storage;
        _generation = storage.Generation;
        Shape = shape;
        Offset = offset;
        _strides = strides is null || AreContiguous(shape, strides) ? null : strides;
    }

    /// <summary>Gets the sizes along the dimensions.</summary>
    public Shape Shape { get; private set; }

    /// <summary>Gets the type of the elements.</summary>
    public DType DType => _storage.DType;

    /// <summary>Gets the number of dimensions.</summary>
    public int Rank => Shape.Rank;

    /// <summary>Gets the number of elements.</summary>
    public int Count => Shape.Count;

    /// <summary>Gets whether the elements are in memory in row-major order without gaps.</summary>
    public bool IsContiguous => _strides is null;

    /// <summary>Gets or sets whether operations on this tensor are recorded for gradients. Set it on parameters. Default: false.</summary>
    /// <exception cref="DTypeException">It is set on a tensor that is not floating-point.</exception>
    /// <exception cref="AutogradException">It is cleared on a result of an operation; use <see cref="Detach"/>.</exception>
    public bool RequiresGrad
    {
        get => Node is not null;
        set => Node = value ? Node ?? Node.Leaf(this) : LeafOnly("RequiresGrad = false").Node = null;
    }

    /// <summary>
    /// Gets whether this tensor was not computed from others that require gradients: <c>Backward</c> fills <see cref="Grad"/> of leaves.
    /// </summary>
    public bool IsLeaf => Node is null or LeafNode;

    /// <summary>Gets or sets the gradient that <see cref="Backward"/> has accumulated for this leaf; null if there is none.</summary>
    public Tensor? Grad { get; set; }

    /// <exception cref="TensorException">The memory was released.</exception>
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

    internal int Offset { get; private set; }

    /// <summary>The distance in memory of neighbours along each dimension, in elements.</summary>
    internal ReadOnlySpan<int> Strides => _strides is null ? Shape.RowMajor : _strides;

    /// <summary>Whether this was a number: it takes the type of the tensor that it meets.</summary>
    internal bool IsNumber => _storage.IsNumber && Rank == 0;

    /// <summary>The operation that computed this tensor, or its leaf; null if it requires no gradient.</summary>
    internal Node? Node { get; set; }

    /// <summary>Returns the size along a dimension; negative dims count from the end.</summary>
    public int Size(int dim) => Shape[dim];

    /// <summary>Returns a view without history: gradients stop here.</summary>
    public Tensor Detach() => new(Storage, Shape, Offset, _strides);

    /// <summary>
    /// Takes the memory of this tensor out of its <see cref="TensorScope"/>, so that it lives as long as it is referenced: for code that
    /// did not open the scope itself.
    /// </summary>
    /// <returns>This tensor.</returns>
    /// <exception cref="TensorException">The tensor was released, or its scope belongs to another thread.</exception>
    public Tensor Keep()
    {
        Storage.Keep();
        return this;
    }

    /// <summary>Computes the gradients of this tensor by all leaves of its graph, and adds them to their <see cref="Grad"/>.</summary>
    /// <param name="gradient">The gradient of the final value by this tensor, of its shape. Default: 1, for a scalar.</param>
    /// <param name="retainGraph">
    /// Whether the graph is kept for another pass; <paramref name="createGraph"/> keeps it too. Default: false.
    /// </param>
    /// <param name="createGraph">Whether the gradients are recorded, so that they can be differentiated. Default: false.</param>
    /// <exception cref="AutogradException">Nothing requires a gradient, the graph was freed, or a value was changed in place.</exception>
    public void Backward(Tensor? gradient = null, bool retainGraph = false, bool createGraph = false) =>
        BackwardPass.Backward(this, gradient, retainGraph, createGraph);

    /// <summary>Returns this tensor if it is contiguous, else a copy in row-major order.</summary>
    public Tensor Contiguous() => IsContiguous ? this : Clone();

    /// <summary>Returns the memory of a contiguous tensor.</summary>
    internal Memory<T> Memory<T>()
        where T : unmanaged
    {
        if (Storage is not Storage<T> storage)
        {
            throw new DTypeException(
                $"Tensor: the elements are {DType}, not {DTypes.Of<T>()}. Convert them with .To(DType.{DTypes.Of<T>()}).");
        }

        return IsContiguous
            ? storage.Memory.Slice(Offset, Count)
            : throw new TensorException($"Tensor: this view of shape {Shape} is not contiguous. Call .Contiguous() first.");
    }

    /// <summary>The elements of a contiguous tensor, for the drivers.</summary>
    internal Elements Elements => IsContiguous
        ? new(Storage, Offset, Count)
        : throw new TensorException($"Tensor: this view of shape {Shape} is not contiguous. Call .Contiguous() first.");

    /// <summary>The elements from this tensor's first one to the end of its storage, for the drivers that walk strides.</summary>
    internal Elements StridedElements => new(Storage, Offset, Storage.Length - Offset);

    internal StridedShape StridedShape => new(Shape, Strides, IsContiguous);

    /// <summary>The memory from this tensor's first element to the end of its storage, for kernels that walk strides.</summary>
    internal Memory<T> StridedMemory<T>()
        where T : unmanaged => ((Storage<T>)Storage).Memory[Offset..];

    /// <summary>Changes the shape of a contiguous tensor over all of its storage, whose memory was replaced.</summary>
    internal void Reuse(Shape shape) => Shape = shape;

    /// <summary>Creates another view of this memory.</summary>
    internal Tensor View(Shape shape, int[]? strides, int offset) => new(Storage, shape, offset, strides);

    /// <summary>Makes this leaf view the memory of another tensor of its shape, without a gradient.</summary>
    internal void MoveTo(Tensor other)
    {
        bool learns = RequiresGrad;
        RequiresGrad = false;
        (_storage, _generation, Offset, _strides) = (other._storage, other._generation, other.Offset, other._strides);
        Grad = null;
        RequiresGrad = learns;
    }

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
        : throw new AutogradException(
            $"{operation}: this tensor is a result of '{Node!.Name}', not a leaf. Use .Detach() to remove it from the graph.");
}
