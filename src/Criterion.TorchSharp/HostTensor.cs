using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.TorchSharp;

/// <summary>LibTorch tensors on the CPU and of Criterion's element types, and Criterion's tensors over their memory.</summary>
internal static class HostTensor
{
    /// <summary>Returns the element type that represents a type of LibTorch, or null where none does.</summary>
    public static DType? TypeOf(ScalarType type) => type switch
    {
        ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 => DType.Float32,
        ScalarType.Float64 => DType.Float64,
        ScalarType.Int64 or ScalarType.Int32 or ScalarType.Int16 or ScalarType.Int8 => DType.Int64,
        ScalarType.Byte => DType.UInt8,
        ScalarType.Bool => DType.Bool,
        _ => null,
    };

    public static ScalarType TypeOf(DType type) => type switch
    {
        DType.Float32 => ScalarType.Float32,
        DType.Float64 => ScalarType.Float64,
        DType.Int64 => ScalarType.Int64,
        DType.UInt8 => ScalarType.Byte,
        _ => ScalarType.Bool,
    };

    public static long[] Sizes(Shape shape)
    {
        long[] sizes = new long[shape.Rank];
        for (int i = 0; i < sizes.Length; i++)
        {
            sizes[i] = shape[i];
        }

        return sizes;
    }

    /// <summary>Allocates memory of LibTorch for a tensor of the same shape and type.</summary>
    public static torch.Tensor EmptyLike(Tensor tensor) => empty(Sizes(tensor.Shape), TypeOf(tensor.DType), CPU);

    /// <summary>Reads the sizes one by one: <c>tensor.shape</c> calls back from native code and takes 1.4 µs.</summary>
    public static Shape ShapeOf(torch.Tensor tensor)
    {
        Span<int> sizes = stackalloc int[(int)tensor.dim()];
        for (int i = 0; i < sizes.Length; i++)
        {
            sizes[i] = (int)Math.Min(tensor.size(i), int.MaxValue);
        }

        return new Shape(sizes);
    }

    /// <summary>Returns the tensor itself, or a copy on the CPU in the element type that represents its own.</summary>
    /// <param name="tensor">A tensor that passed <see cref="Invocation.Check"/>.</param>
    public static torch.Tensor From(torch.Tensor tensor)
    {
        ScalarType own = tensor.dtype;
        ScalarType type = TypeOf(TypeOf(own)!.Value);
        if (own == type && tensor.device_type == DeviceType.CPU)
        {
            return tensor.is_contiguous() && tensor.numel() != 1 ? tensor : Readable(tensor);
        }

        using (no_grad())
        {
            return tensor.to(type, CPU);
        }
    }

    /// <summary>
    /// Returns the tensor for the duration of a call, without a copy where that is possible. The memory of a copy ends with the dispose
    /// scope.
    /// </summary>
    public static Tensor Borrow(torch.Tensor tensor) => View(From(tensor));

    /// <summary>Creates a tensor over the memory of one on the CPU, without a copy.</summary>
    /// <param name="tensor">The tensor, which the result keeps alive but does not protect from being disposed.</param>
    public static Tensor View(torch.Tensor tensor) => TypeOf(tensor.dtype)!.Value.RunElements(new WrapElements(tensor)).Result!;

    /// <summary>Copies a tensor to a new one on a device.</summary>
    public static torch.Tensor Copy(Tensor source, torch.Device device)
    {
        torch.Tensor copy = source.Rank == 0 && source.DType.IsFloat() ? Scalar(source) : Elements(source);
        return device.type == DeviceType.CPU ? copy : copy.to(device);
    }

    static torch.Tensor Scalar(Tensor source) =>
        source.DType == DType.Float32 ? torch.tensor(source.Item<float>(), device: CPU) : torch.tensor(source.Item(), device: CPU);

    static torch.Tensor Elements(Tensor source)
    {
        torch.Tensor copy = EmptyLike(source);
        Tensor.CopyElements(source, View(copy));
        return copy;
    }

    /// <summary>
    /// A lazily negated view, as the imaginary part of a conjugate, has its sign in a flag, which memory does not show. Its elements are
    /// not neighbours, so that it is contiguous only if it has a single one.
    /// </summary>
    static torch.Tensor Readable(torch.Tensor tensor)
    {
        using (no_grad())
        {
            return tensor.resolve_neg();
        }
    }

    struct WrapElements(torch.Tensor tensor) : IElementTask
    {
        public Tensor? Result { get; private set; }

        public unsafe void Run<T>()
            where T : unmanaged
        {
            Shape shape = ShapeOf(tensor);
            int[]? strides = tensor.is_contiguous() ? null : [.. tensor.stride().Select(static step => (int)step)];
            T* address = strides is null && (long)shape.Count * sizeof(T) <= int.MaxValue ? FirstByte<T>() : FirstOfStorage<T>();
            if (address is null && shape.Count > 0)
            {
                Result = Tensor.Zeros(shape, DTypes.Of<T>());
                return;
            }

            TorchMemory<T> memory = new(tensor, address, Extent(shape, strides));
            Result = new Tensor(new Memory.Storage<T>(memory.Memory), shape, 0, strides);
        }

        unsafe T* FirstByte<T>()
            where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

        /// <summary>Returns the address of the first element in any layout; it takes another handle of the tensor.</summary>
        unsafe T* FirstOfStorage<T>()
            where T : unmanaged
        {
            T* start = (T*)tensor.storage<T>().data_ptr();
            return start is null ? null : start + tensor.storage_offset();
        }

        /// <summary>The number of elements from the first to the last.</summary>
        static int Extent(Shape shape, int[]? strides) => strides is null || shape.Count == 0
            ? shape.Count
            : checked(1 + shape.Select((size, i) => (size - 1) * strides[i]).Sum());
    }
}
