using System.Reflection;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Gradients;

/// <summary>The properties of every differentiable operation.</summary>
public class OperationTests
{
    /// <summary>Methods that return tensors without a derivative.</summary>
    static readonly HashSet<string> NotDifferentiable =
    [
        "Empty", "Zeros", "Ones", "Full", "Scalar", "ZerosLike", "OnesLike", "FullLike", "EmptyLike", "Arange", "Linspace",
        "Eye", "From", "Wrap",
        "Rand", "Randn", "RandInt", "RandLike", "RandnLike", "Permutation", "Bernoulli", "Multinomial", "op_Implicit",
        "EqualTo", "NotEqualTo", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "IsNaN", "IsFinite", "Not", "ArgMax", "ArgMin",
        "op_LessThan", "op_LessThanOrEqual", "op_GreaterThan", "op_GreaterThanOrEqual", "op_BitwiseAnd", "op_BitwiseOr", "op_ExclusiveOr",
        "op_LogicalNot", "And", "Or", "Xor", "Any", "All", "IsInfinite", "IsClose", "ArgSort", "NonZero", "OneHot",
        "Detach", "Keep", "get_Grad",
    ];

    public static IEnumerable<TheoryDataRow<string>> Names() => Operations.Names();

    public static IEnumerable<TheoryDataRow<string>> PointwiseNames() => Operations.PointwiseNames();

    [Fact]
    public void Every_method_that_returns_a_tensor_has_a_row()
    {
        string[] rows = [.. Operations.All.Select(static o => o.Method)];
        string[] missing =
        [
            .. typeof(Tensor).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(static m => GivesTensors(m.ReturnType))
                .Select(static m => m.Name)
                .Distinct()
                .Except(rows)
                .Except(NotDifferentiable),
        ];
        Assert.True(missing.Length == 0, $"add rows to {nameof(Operations)}.cs for {string.Join(", ", missing)}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void First_and_second_derivatives_agree_with_differences(string name)
    {
        Operation operation = Operations.Find(name);

        // Squared, because the gradient of a linear operation by itself depends on nothing, and its rule would not be differentiated.
        GradCheck.Check(x => Squared(operation.Call(x)), Operation.Variables(operation.Inputs));

        static Tensor Squared(Tensor y) => y * y;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_recorded_gradient_is_the_fused_one(string name)
    {
        Operation operation = Operations.Find(name);
        Tensor[] x = Operation.Variables(operation.Inputs);
        Tensor output = operation.Call(x);
        Tensor weights = Tensor.Ones(output.Shape, DType.Float64);
        Tensor[] learned = [.. x.Where(static t => t.RequiresGrad)];
        Tensor[] recorded = Autograd.Grad([output], learned, createGraph: true, gradients: [weights]);
        Tensor[] fused = Autograd.Grad([output], learned, gradients: [weights]);
        AllClose(fused, recorded, "recorded", 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Float32_is_near_float64(string name)
    {
        Operation operation = Operations.Find(name);
        Tensor[] single = Operation.Variables(operation.Inputs, DType.Float32);
        Tensor[] rounded = Operation.Learned([.. single.Select(static x => x.RequiresGrad ? x.Detach().To(DType.Float64) : x)]);
        AllClose(operation.Evaluate(rounded), operation.Evaluate(single), "float32", 1e-4);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_transposed_operand_gives_what_a_contiguous_one_gives(string name) => SameFor(name, static x =>
    {
        int[] reversed = [.. Enumerable.Range(0, x.Rank).Reverse()];
        return x.Permute(reversed).Contiguous().Permute(reversed);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sliced_operand_gives_what_a_contiguous_one_gives(string name) => SameFor(name, static x =>
        Middle(Tensor.Stack([Tensor.ZerosLike(x), x, Tensor.OnesLike(x)], -1)));

    [Theory]
    [MemberData(nameof(Names))]
    public void An_expanded_operand_has_the_results_of_a_contiguous_one(string name) =>
        SameFor(name, static x => x.Rank == 0 ? x : x.Narrow(0, 0, 1).Expand(x.Shape));

    /// <summary>A change of an operand after the forward pass either does not affect the gradient, or throws.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_changed_operand_is_harmless_or_noticed(string name)
    {
        Operation operation = Operations.Find(name);
        for (int changed = 0; changed < operation.Inputs.Length; changed++)
        {
            AssertHarmlessOrError(operation, (x, _) => x[changed]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_changed_result_is_harmless_or_an_error(string name) =>
        AssertHarmlessOrError(Operations.Find(name), static (_, output) => output);

    [Theory]
    [MemberData(nameof(PointwiseNames))]
    public void NaN_propagates(string name)
    {
        Operation operation = Operations.Find(name);
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            for (int i = 0; i < operation.Inputs.Length; i++)
            {
                Tensor[] x = [.. Operation.Variables(operation.Inputs, dtype).Select(static t => t.Detach())];
                x[i][0, 1] = Tensor.Scalar(double.NaN, dtype);
                double[] result = operation.Call(x).To(DType.Float64).ToArray<double>();
                Assert.Equal([1], Enumerable.Range(0, result.Length).Where(k => double.IsNaN(result[k])));
            }
        }
    }

    static void AssertHarmlessOrError(Operation operation, Func<Tensor[], Tensor, Tensor> choose)
    {
        Tensor[] expected = operation.Evaluate(Operation.Variables(operation.Inputs))[1..];
        Tensor[] x = Operation.Variables(operation.Inputs);
        Tensor output = operation.Call(x);
        using (Autograd.NoGrad())
        {
            Tensor target = choose(x, output);
            try
            {
                target.CopyFrom(Tensor.OnesLike(target) - target);
            }
            catch (TensorException e)
            {
                Assert.Contains("share memory", e.Message, StringComparison.Ordinal);
                return;
            }
        }

        Tensor[] actual;
        try
        {
            actual = Operation.Gradients(output, x);
        }
        catch (AutogradException e)
        {
            Assert.Contains("changed in place", e.Message, StringComparison.Ordinal);
            return;
        }

        AllClose(expected, actual, "gradient after the change", 1e-12);
    }

    static void SameFor(string name, Func<Tensor, Tensor> view)
    {
        Operation operation = Operations.Find(name);
        Tensor[] views = [.. Operation.Variables(operation.Inputs).Select(x => view(x.Detach()))];
        Tensor[] copies =
        [
            .. views.Select(static x => Tensor.From(x.Contiguous().To(DType.Float64).ToArray<double>(), x.Shape).To(x.DType)),
        ];
        AllClose(operation.Evaluate(Operation.Learned(copies)), operation.Evaluate(Operation.Learned(views)), "view", 1e-12);
    }

    /// <summary>The middle of the last dimension, without it: a view with gaps.</summary>
    static Tensor Middle(Tensor wide) => wide[[.. Enumerable.Repeat((TensorIndex)(..), wide.Rank - 1), 1]];

    static void AllClose(Tensor[] expected, Tensor[] actual, string what, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            GoldenAssert.Close(expected[i], actual[i], $"{what}, number {i}", tolerance);
        }
    }

    static bool GivesTensors(Type type) =>
        type == typeof(Tensor) || type == typeof(Tensor[]) || type == typeof((Tensor Values, Tensor Indices));
}
