namespace Criterion.Tests.Tensors;

/// <summary>Comparisons and logic of tensors and numbers, in every spelling.</summary>
public class ComparisonTests
{
    static readonly double[] A = [1, 2, 3, double.NaN, double.PositiveInfinity];
    static readonly double[] B = [2, 2, 2, 2, double.PositiveInfinity];

    public static TheoryData<string, Func<Tensor, Tensor, Tensor>, Func<double, double, bool>> OfTensors => new()
    {
        { "<", static (a, b) => a < b, static (a, b) => a < b },
        { "<=", static (a, b) => a <= b, static (a, b) => a <= b },
        { ">", static (a, b) => a > b, static (a, b) => a > b },
        { ">=", static (a, b) => a >= b, static (a, b) => a >= b },
        { "Less", static (a, b) => a.Less(b), static (a, b) => a < b },
        { "LessOrEqual", static (a, b) => a.LessOrEqual(b), static (a, b) => a <= b },
        { "Greater", static (a, b) => a.Greater(b), static (a, b) => a > b },
        { "GreaterOrEqual", static (a, b) => a.GreaterOrEqual(b), static (a, b) => a >= b },
        { "EqualTo", static (a, b) => a.EqualTo(b), static (a, b) => a == b },
        { "NotEqualTo", static (a, b) => a.NotEqualTo(b), static (a, b) => a != b },
    };

    public static TheoryData<string, Func<Tensor, double, Tensor>, Func<double, double, bool>> OfNumbers => new()
    {
        { "<", static (a, b) => a < b, static (a, b) => a < b },
        { "<=", static (a, b) => a <= b, static (a, b) => a <= b },
        { ">", static (a, b) => a > b, static (a, b) => a > b },
        { ">=", static (a, b) => a >= b, static (a, b) => a >= b },
        { "number <", static (a, b) => b < a, static (a, b) => b < a },
        { "number <=", static (a, b) => b <= a, static (a, b) => b <= a },
        { "number >", static (a, b) => b > a, static (a, b) => b > a },
        { "number >=", static (a, b) => b >= a, static (a, b) => b >= a },
        { "Less", static (a, b) => a.Less(b), static (a, b) => a < b },
        { "LessOrEqual", static (a, b) => a.LessOrEqual(b), static (a, b) => a <= b },
        { "Greater", static (a, b) => a.Greater(b), static (a, b) => a > b },
        { "GreaterOrEqual", static (a, b) => a.GreaterOrEqual(b), static (a, b) => a >= b },
        { "EqualTo", static (a, b) => a.EqualTo(b), static (a, b) => a == b },
        { "NotEqualTo", static (a, b) => a.NotEqualTo(b), static (a, b) => a != b },
    };

    [Theory]
    [MemberData(nameof(OfTensors), DisableDiscoveryEnumeration = true)]
    public void Tensors_are_compared_element_by_element(string name, Func<Tensor, Tensor, Tensor> compare, Func<double, double, bool> expected)
    {
        Assert.NotEmpty(name);
        foreach (DType type in new[] { DType.Float32, DType.Float64 })
        {
            Tensor actual = compare(Tensor.From(A).To(type), Tensor.From(B));
            Assert.Equal(DType.Bool, actual.DType);
            Assert.Equal(A.Zip(B, expected), actual.ToArray<bool>());
        }

        Assert.Equal(new Shape(2, 3), compare(Tensor.Ones(2, 1), Tensor.Ones(3)).Shape);
    }

    [Theory]
    [MemberData(nameof(OfNumbers), DisableDiscoveryEnumeration = true)]
    public void Numbers_are_compared_with_every_type(string name, Func<Tensor, double, Tensor> compare, Func<double, double, bool> expected)
    {
        Assert.NotEmpty(name);
        foreach (double c in new[] { 2, 0.5, double.NaN, double.NegativeInfinity })
        {
            Assert.Equal(A.Select(a => expected(a, c)), compare(Tensor.From(A), c).ToArray<bool>());
            Assert.Equal(A.Select(a => expected(a, c)), compare(Tensor.From(A).To(DType.Float32), c).ToArray<bool>());
            Assert.Equal(new long[] { -1, 0, 1, 2, 3 }.Select(a => expected(a, c)), compare(Tensor.Arange(-1, 4, 1, DType.Int64), c).ToArray<bool>());
            Assert.Equal(new[] { expected(1, c), expected(0, c) }, compare(Tensor.From(true, false), c).ToArray<bool>());
        }
    }

    [Fact]
    public void Masks_are_combined()
    {
        Tensor a = Tensor.From(true, true, false, false);
        Tensor b = Tensor.From(true, false, true, false);
        Assert.Equal([true, false, false, false], (a & b).ToArray<bool>());
        Assert.Equal([true, true, true, false], (a | b).ToArray<bool>());
        Assert.Equal([false, true, true, false], (a ^ b).ToArray<bool>());
        Assert.Equal([false, false, true, true], (!a).ToArray<bool>());
        Assert.Equal((a & b).ToArray<bool>(), a.And(b).ToArray<bool>());
        Assert.Equal((a | b).ToArray<bool>(), a.Or(b).ToArray<bool>());
        Assert.Equal((a ^ b).ToArray<bool>(), a.Xor(b).ToArray<bool>());
        Assert.Equal([true, false], Tensor.From(-2.5, 0).And(Tensor.From(double.NaN, 1)).ToArray<bool>());
        Assert.Equal([true, true], Tensor.From(-2.5, 0).Or(Tensor.From(0L, 7)).ToArray<bool>());
        Tensor x = Tensor.Arange(5);
        Assert.Equal([2L, 3], x.MaskedSelect(x > 1 & x < 4).ToArray<long>());
        Assert.Equal(new Shape(2, 3), (Tensor.Ones(2, 1) > 0 | Tensor.Ones(3) > 0).Shape);
    }

    [Fact]
    public void Either_branch_of_a_choice_may_be_a_number()
    {
        Tensor mask = Tensor.From(true, false);
        Tensor x = Tensor.From(5f, 6f);
        Assert.Equal([5f, 0], Tensor.Where(mask, x, 0).ToArray<float>());
        Assert.Equal([0.1f, 6], Tensor.Where(mask, 0.1, x).ToArray<float>());
        Assert.Equal([0.9f, 0.1f], Tensor.Where(mask, 0.9, 0.1).ToArray<float>());
        Assert.Equal([1L, -1], Tensor.Where(mask, 1, -1, DType.Int64).ToArray<long>());
        Assert.Equal(DType.Int64, Tensor.Where(mask, Tensor.From(1, 2), 0).DType);
        Assert.Equal([1f, 0.5f], Tensor.Where(mask, Tensor.From(1, 2), 0.5).ToArray<float>());
        Assert.Equal([(byte)3, 9], Tensor.From((byte)3, (byte)4).MaskedFill(!mask, 9).ToArray<byte>());
        Assert.Equal([true, true], Tensor.Where(mask, mask, !mask).ToArray<bool>());
    }

    [Fact]
    public void A_number_takes_the_type_of_the_tensor_that_it_meets()
    {
        Assert.Equal([0.5f, 1], Tensor.Maximum(Tensor.From(0f, 1f), 0.5).ToArray<float>());
        Assert.Equal(DType.Float32, Tensor.Maximum(0.1, Tensor.From(0f)).DType);
        Assert.Equal(DType.Int64, Tensor.Minimum(Tensor.From(1, 2), 1).DType);
        Tensor total = 0;
        total += Tensor.From(1f, 2f).Sum();
        Assert.Equal(DType.Float32, total.DType);
        Assert.Equal(0.1, ((Tensor)0.1).Item());
    }

    [Fact]
    public void References_are_compared_by_the_operators_of_equality()
    {
        Tensor x = Tensor.Ones(2);
        Tensor same = x;
        Assert.True(x == same);
        Assert.True(x != Tensor.Ones(2));
        Assert.False(x == null);
    }

    [Fact]
    public void Closeness_is_relative_to_the_expected_value_and_exact_for_infinities()
    {
        Tensor expected = Tensor.From(1.0, 0, double.PositiveInfinity, double.PositiveInfinity, double.NaN, 1e10);
        Tensor actual = Tensor.From(1 + 9e-6, 2e-8, double.PositiveInfinity, 1, double.NaN, double.PositiveInfinity);
        Assert.Equal([true, false, true, false, false, false], actual.IsClose(expected).ToArray<bool>());
        Assert.True(actual.IsClose(expected, equalNaN: true)[4].Item<bool>());
        Assert.True(actual[1].AllClose(expected[1], absolute: 1e-7));
        Assert.False(actual.AllClose(expected));
        Assert.Throws<ShapeException>(() => actual.AllClose(Tensor.Ones(2)));
        Assert.True(Tensor.From(3, 4).AllClose(Tensor.From(3f, 4f)));
        Assert.True(Tensor.Zeros(0).AllClose(Tensor.Zeros(0)));
        Assert.Equal([false, true, true, false], Tensor.From(1, double.PositiveInfinity, double.NegativeInfinity, double.NaN).IsInfinite().ToArray<bool>());
    }
}
