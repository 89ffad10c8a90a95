using System.Reflection;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Tests.Formulas;

/// <summary>Formulas over tensors: every element as the plain reference computes it, whatever the shapes and layouts.</summary>
public class FormulaTests
{
    public static TheoryData<int[], int[], int[]> Shapes => new()
    {
        { [1], [1], [1] },
        { [7], [7], [7] },
        { [16383], [16383], [16383] },
        { [16385], [16385], [16385] },
        { [16385], [1], [] },
        { [3, 1, 517], [11, 1], [517] },
        { [1, 517], [67, 1], [67, 517] },
        { [67, 517], [67, 517], [517] },
        { [67, 517], [67, 1], [67, 517] },
        { [517], [67, 517], [67, 517] },
        { [2, 3, 1, 5], [1, 4, 5], [2, 1, 1, 1] },
        { [0, 3], [3], [1, 1] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_element_is_the_references(int[] a, int[] b, int[] c)
    {
        Tensor[] inputs = [Numbers(a, 1), Numbers(b, 2), Numbers(c, 3)];
        Tensor result = TensorFormula.Map(default(Mixed), inputs[0], inputs[1], inputs[2]);
        Assert.Equal(Expected(inputs, result.Shape), result.ToArray<double>());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Views_give_what_copies_give(int[] a, int[] b, int[] c)
    {
        Tensor[] inputs = [Gapped(Numbers(a, 1)), Turned(Numbers(b, 2)), Numbers(c, 3)];
        Tensor result = TensorFormula.Map(default(Mixed), inputs[0], inputs[1], inputs[2]);
        Assert.Equal(Expected(inputs, result.Shape), result.ToArray<double>());
    }

    [Fact]
    public void Formulas_of_one_two_and_three_numbers_have_derivatives_to_second_order()
    {
        Tensor[] inputs = [Numbers([2, 1, 3], 1), Numbers([4, 1], 2), Numbers([3], 3)];
        GradCheck.Check(static x => TensorFormula.Map(default(Mixed), x[0], x[1], x[2]), inputs);
        GradCheck.Check(static x => TensorFormula.Map(default(Ratio), x[0], x[1]), inputs[..2]);
        GradCheck.Check(static x => TensorFormula.Map(default(Swish), x[0]), inputs[..1]);
    }

    [Fact]
    public void The_gradient_of_a_straight_line_is_one_number()
    {
        Tensor x = Numbers([5, 16385], 1).Detach();
        x[0, 0].Fill(double.NaN);
        x.RequiresGrad = true;
        Tensor slope = Autograd.Grad(TensorFormula.Mean(new Affine(3, 1), x), x);
        Assert.Equal([0, 0], slope.Strides.ToArray());
        Assert.Equal(3.0 / x.Count, slope[0, 0].Item(), 1e-19);
        GradCheck.Check(static x => TensorFormula.Sum(new Affine(-2, 5), x[0]), [Numbers([7], 1)]);
        double mapped = TensorFormula.Map(new Affine(-2, 5), Numbers([7], 1)).Sum().Item();
        Assert.Equal(mapped, TensorFormula.Sum(new Affine(-2, 5), Numbers([7], 1)).Item(), 1e-13);
    }

    [Fact]
    public void An_update_changes_the_target_in_place()
    {
        Tensor target = Tensor.From(1.0, 2.0, 3.0);
        Tensor view = target[1..];
        TensorFormula.Update(default(Ratio), target, Tensor.From(3.0, 3.0, 3.0));
        Assert.Equal([0.1, 0.2, 0.3], target.ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal(target[2].Item(), view[1].Item());
    }

    [Fact]
    public void An_update_that_does_not_fit_is_refused()
    {
        Tensor target = Tensor.Ones([2, 3]);
        ShapeException shape = Assert.Throws<ShapeException>(() => TensorFormula.Update(default(Ratio), target, Tensor.Ones([2, 2, 3])));
        Assert.Contains("[2, 3]", shape.Message, StringComparison.Ordinal);
        ShapeException type = Assert.Throws<ShapeException>(
            () => TensorFormula.Update(default(Ratio), target, Tensor.Ones([3], DType.Float64)));
        Assert.Contains("Float64", type.Message, StringComparison.Ordinal);
        target.RequiresGrad = true;
        AutogradException leaf = Assert.Throws<AutogradException>(() => TensorFormula.Update(default(Ratio), target, Tensor.Ones([3])));
        Assert.Contains("NoGrad", leaf.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_choice_between_constants_keeps_the_type()
    {
        // The second derivative runs on tensors, where both branches of the first are constants.
        Tensor x = Tensor.From(-1.0, 2.0);
        x.RequiresGrad = true;
        Tensor slope = Autograd.Grad([x.LeakyRelu(0.2)], [x], createGraph: true, gradients: [Tensor.OnesLike(x)])[0];
        Assert.Equal([0.2, 1.0], slope.ToArray<double>());
    }

    [Fact]
    public void Formulas_hold_no_bool_fields()
    {
        Type[] kinds =
        [
            typeof(IUnaryFormula), typeof(IBinaryFormula), typeof(ITernaryFormula),
            typeof(IRowFormula), typeof(ISoftmaxFormula), typeof(IWindowFormula),
        ];
        Assert.Empty(
            from type in typeof(Tensor).Assembly.GetTypes()
            where type.IsValueType && kinds.Any(kind => kind.IsAssignableFrom(type))
            from field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            where field.FieldType == typeof(bool)
            select $"{type.FullName}.{field.Name}");
    }

    [Fact]
    public void Integers_are_mapped_exactly_and_have_no_functions()
    {
        Tensor big = Tensor.From((1L << 60) + 1, -5L);
        Assert.Equal([(1L << 60) + 1, 5L], TensorFormula.Map(default(Absolute), big).ToArray<long>());
        Assert.Contains(
            "exp", Assert.Throws<DTypeException>(() => TensorFormula.Map(default(Exponential), big)).Message, StringComparison.Ordinal);
    }

    static double[] Expected(Tensor[] inputs, Shape shape)
    {
        double[][] x = [.. inputs.Select(t => t.Expand(shape).ToArray<double>())];
        return [.. Enumerable.Range(0, shape.Count).Select(i => default(Mixed).Value<Real>(x[0][i], x[1][i], x[2][i]).Value)];
    }

    static Tensor Numbers(int[] shape, ulong seed) => Tensor.Rand(shape, DType.Float64, new RandomStream(seed), low: 0.5, high: 2);

    static Tensor Gapped(Tensor x) => Tensor.Stack([x, x * 0], -1)[[.. Enumerable.Repeat((TensorIndex)(..), x.Rank), 0]];

    static Tensor Turned(Tensor x)
    {
        int[] order = [.. Enumerable.Range(0, x.Rank).Reverse()];
        return x.Permute(order).Clone().Permute(order);
    }

    /// <summary>Only operations that are rounded alike everywhere, and unlike in each number.</summary>
    readonly struct Mixed : ITernaryFormula
    {
        public T Value<T>(T x, T y, T z)
            where T : struct, IReal<T> => (x * y) - (y / z) + (T.Max(x, z) * T.Const(3));
    }

    readonly struct Ratio : IBinaryFormula
    {
        public T Value<T>(T x, T y)
            where T : struct, IReal<T> => x / (T.Const(1) + (y * y));
    }

    readonly struct Swish : IUnaryFormula
    {
        public T Value<T>(T x)
            where T : struct, IReal<T> => x * T.Sigmoid(x);
    }
}
