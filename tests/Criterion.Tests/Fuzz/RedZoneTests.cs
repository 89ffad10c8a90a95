using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Criterion.Memory;

namespace Criterion.Tests.Fuzz;

/// <summary>Red zones find what they are there for.</summary>
[Collection(nameof(FuzzCollection))]
public class RedZoneTests
{
    [Theory]
    [InlineData(-1, "before a buffer of 5 elements of Single, 1 elements")]
    [InlineData(-3, "before a buffer of 5 elements of Single, 3 elements")]
    [InlineData(5, "behind a buffer of 5 elements of Single, 0 elements")]
    [InlineData(9, "behind a buffer of 5 elements of Single, 4 elements")]
    public void A_write_beside_a_buffer_is_found(int place, string message)
    {
        using RedZones zones = RedZones.Open();
        Memory<float> memory = BufferPool<float>.Rent(5);
        Assert.Equal(5, memory.Length);
        Unsafe.Add(ref MemoryMarshal.GetReference(memory.Span), place) = 1;
        BufferPool<float>.Return(memory);
        Assert.Contains(message, Assert.Single(zones.Check()), StringComparison.Ordinal);
        Assert.Empty(zones.Check());
    }

    [Fact]
    public void A_write_beside_memory_that_nobody_returns_is_found()
    {
        using RedZones zones = RedZones.Open(namesOwners: true);
        Tensor tensor = Tensor.Zeros([7]);
        Unsafe.Add(ref MemoryMarshal.GetReference(tensor.AsSpan<float>()), 7) = 1;
        Assert.Contains(nameof(A_write_beside_memory_that_nobody_returns_is_found), Assert.Single(zones.Check()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_after_the_return_and_a_second_return_are_found()
    {
        using RedZones zones = RedZones.Open();
        Memory<long> memory = BufferPool<long>.Rent(3);
        BufferPool<long>.Return(memory);
        memory.Span[1] = 1;
        Assert.Contains("after the return", Assert.Single(zones.Check()), StringComparison.Ordinal);
        BufferPool<long>.Return(memory);
        Assert.Contains("twice", Assert.Single(zones.Check()), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_read_unwritten_or_beside_a_buffer_is_poison()
    {
        using RedZones zones = RedZones.Open();
        Assert.True(float.IsNaN(Tensor.Empty([3]).ToArray<float>()[2]));
        Assert.True(double.IsNaN(Tensor.Empty([3], DType.Float64).ToArray<double>()[0]));
        Assert.Equal(unchecked((long)0xCDCDCDCDCDCDCDCD), Tensor.Empty([1], DType.Int64).ToArray<long>()[0]);
        Memory<float> memory = BufferPool<float>.Rent(4);
        Assert.True(float.IsNaN(Unsafe.Add(ref MemoryMarshal.GetReference(memory.Span), 4)));
        memory.Span.Fill(1);
        BufferPool<float>.Return(memory);
        Assert.True(float.IsNaN(memory.Span[0]));
        Assert.Empty(zones.Check());
    }

    [Fact]
    public void Memory_from_before_and_after_goes_its_ordinary_way()
    {
        Memory<float> before = BufferPool<float>.Rent(100);
        Memory<float> between;
        using (RedZones zones = RedZones.Open())
        {
            BufferPool<float>.Return(before);
            between = BufferPool<float>.Rent(101);
            Assert.Throws<InvalidOperationException>(static () => RedZones.Open());
        }

        BufferPool<float>.Return(between);
        Assert.NotEqual(101, BufferPool<float>.Rent(101).Length);
        Assert.Null(RedZones.Current);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1L << 31)]
    [InlineData(long.MaxValue)]
    public void No_size_wraps(long length) => Assert.Throws<TensorException>(() => BufferPool<float>.Rent(length));

    [Fact]
    public void Products_of_sizes_do_not_wrap()
    {
        Assert.Equal(6L << 40, BufferSize.Of(2, 3L << 20, 1 << 20));
        Assert.Equal(long.MaxValue / 2, BufferSize.Of(int.MaxValue, int.MaxValue, int.MaxValue));
    }
}
