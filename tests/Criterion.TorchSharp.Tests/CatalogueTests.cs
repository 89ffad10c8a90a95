using System.Reflection;
using Criterion.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.TorchSharp.Tests;

/// <summary>Every loss, GAN loss, penalty and metric has the same value, gradient and second order on tensors of TorchSharp.</summary>
public class CatalogueTests
{
    public static TheoryData<int, string, string> Cases => Data(LossCases.Differentiable, LibTorch.Devices);

    public static TheoryData<int, string, string> Metrics => Data(LossCases.Metrics, LibTorch.Devices);

    public static TheoryData<int, string, string> Pointwise => new(
        Cases.Select(static row => row.Data).Where(static row =>
            LossCases.Differentiable[row.Item1].Owner is PointwiseLoss or PointwiseGanLoss));

    static TheoryData<int, string, string> Data(IReadOnlyList<LossCase> cases, IEnumerable<string> devices) =>
        new(devices.SelectMany(device => cases.Select((test, i) => (i, device, test.ToString()))));

    [TorchTheory]
    [MemberData(nameof(Cases))]
    public void Double_precision_is_equal_to_1e12(int index, string device, string name) =>
        Compare(LossCases.Differentiable[index], DType.Float64, device, static x => x, 1e-12, name);

    [TorchTheory]
    [MemberData(nameof(Cases))]
    public void Single_precision_is_equal_to_1e6(int index, string device, string name) =>
        Compare(LossCases.Differentiable[index], DType.Float32, device, static x => x, 1e-6, name);

    [TorchTheory]
    [MemberData(nameof(Cases))]
    public void Transposed_tensors_are_equal(int index, string device, string name) =>
        Compare(LossCases.Differentiable[index], DType.Float64, device, Transposed, 1e-12, name);

    [TorchTheory]
    [MemberData(nameof(Cases))]
    public void Strided_slices_are_equal(int index, string device, string name) =>
        Compare(LossCases.Differentiable[index], DType.Float64, device, Sliced, 1e-12, name);

    [TorchTheory]
    [MemberData(nameof(Pointwise))]
    public void Graphs_of_LibTorch_are_equal(int index, string device, string name)
    {
        TorchGraph.IsForced = true;
        try
        {
            Compare(LossCases.Differentiable[index], DType.Float64, device, static x => x, 1e-12, name);
        }
        finally
        {
            TorchGraph.IsForced = false;
        }
    }

    [TorchFact]
    public void Losses_that_accept_all_values_run_as_graphs()
    {
        torch.Tensor x = rand(5).requires_grad_(), y = rand(5);
        TorchGraph.IsForced = true;
        try
        {
            Assert.NotNull(TorchGraph.Forward(new HuberLoss(), x, y));
            Assert.NotNull(TorchGraph.Discriminator(new HingeGanLoss(), x, y));
            Assert.NotNull(TorchGraph.Generator(new NonSaturatingGanLoss(), x, null));
            Assert.Null(TorchGraph.Forward(new BCELoss(), x, y));
            Assert.Null(TorchGraph.Forward(new HuberLoss(), x, rand(4)));
            Assert.Null(TorchGraph.Forward(new CosineSimilarityLoss(), x, y));
            Assert.Null(TorchGraph.Discriminator(new ProbabilityGanLoss(), x, y));
        }
        finally
        {
            TorchGraph.IsForced = false;
        }

        Assert.Null(TorchGraph.Forward(new HuberLoss(), x, y));
    }

    [TorchTheory]
    [MemberData(nameof(Metrics))]
    public void Metrics_are_equal(int index, string device, string name)
    {
        LossCase test = LossCases.Metrics[index];
        Assert.NotEmpty(name);
        Tensor[] inputs = test.Draw(DType.Float32);
        string expected = Text(test.Call(inputs));
        Assert.Equal(expected, Text(test.Call([.. inputs.Select(x => ToTorch(x, device))])));
    }

    [Fact]
    public void Every_extension_has_a_case()
    {
        IEnumerable<MethodInfo> methods = ExtensionSource.Methods("Criterion.Losses").Concat(ExtensionSource.Methods("Criterion.Metrics"));
        HashSet<MethodInfo> tested = [.. LossCases.Differentiable.Concat(LossCases.Metrics).Select(static test => test.Method)];
        Assert.Empty(methods
            .Where(method => !tested.Contains(method) && method.DeclaringType != typeof(FeatureLoss))
            .Select(static method => $"{method.DeclaringType!.Name}.{method}"));
    }

    [Fact]
    public void Every_criterion_of_the_catalogue_has_a_case()
    {
        HashSet<Type> tested = [.. LossCases.Differentiable.Select(static test => test.Type), .. LossCases.Apart];
        Assert.DoesNotContain(
            typeof(Tensor).Assembly.GetExportedTypes(),
            type => type.GetCustomAttribute<CatalogueAttribute>() is not null && !tested.Contains(type));
    }

    static void Compare(LossCase test, DType type, string device, Func<torch.Tensor, torch.Tensor> layout, double tolerance, string name)
    {
        Assert.NotEmpty(name);
        using DisposeScope scope = NewDisposeScope();
        Tensor[] inputs = test.Draw(type);
        torch.Tensor[] others = [.. inputs.Select(x => layout(ToTorch(x, device)).detach().requires_grad_(x.DType.IsFloat()))];
        foreach (Tensor input in inputs.Where(static input => input.DType.IsFloat()))
        {
            input.RequiresGrad = true;
        }

        Tensor y = (Tensor)test.Call(inputs)!;
        torch.Tensor z = (torch.Tensor)test.Call(others)!;
        TorchAssert.Equal(y, z, tolerance);

        Tensor[] leaves = [.. inputs.Where(static input => input.RequiresGrad)];
        torch.Tensor[] otherLeaves = [.. others.Where(static input => input.requires_grad)];
        if (!y.RequiresGrad)
        {
            return;
        }

        Tensor[] first = Autograd.Grad([Weighed(y)], leaves, createGraph: true, allowUnused: true);
        IList<torch.Tensor> otherFirst =
            autograd.grad([Weighed(z)], otherLeaves, create_graph: true, retain_graph: true, allow_unused: true);
        Equal(first, otherFirst, tolerance);
        Equal(first, autograd.grad([Weighed(z)], otherLeaves, retain_graph: true, allow_unused: true), tolerance);

        Tensor second = first.Select(Weighed).Aggregate(static (a, b) => a + b);
        if (second.RequiresGrad)
        {
            torch.Tensor otherSecond = otherFirst.Select(Weighed).Aggregate(static (a, b) => a + b);
            Equal(
                Autograd.Grad([second], leaves, allowUnused: true),
                autograd.grad([otherSecond], otherLeaves, allow_unused: true),
                10 * tolerance);
        }
    }

    static void Equal(Tensor[] expected, IList<torch.Tensor> actual, double tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            double scale = Math.Max(1, expected[i].To(DType.Float64).Abs().ToArray<double>().DefaultIfEmpty().Max());
            torch.Tensor gradient = actual[i].IsInvalid ? zeros(HostTensor.Sizes(expected[i].Shape), float64) : actual[i];
            TorchAssert.Equal(expected[i], gradient, tolerance * scale);
        }
    }

    /// <summary>A sum in which no two elements have the same weight.</summary>
    static Tensor Weighed(Tensor x) => (x * (Tensor.Arange(x.Count).To(x.DType).Reshape(x.Shape) + 1).Sin()).Sum();

    static torch.Tensor Weighed(torch.Tensor x) =>
        (x * (arange(x.numel(), dtype: x.dtype, device: x.device).reshape(x.shape) + 1).sin()).sum();

    static torch.Tensor ToTorch(Tensor x, string device) => x.ToTorch().clone().to(torch.device(device));

    static torch.Tensor Transposed(torch.Tensor x) => x.dim() < 2 ? x : x.transpose(0, -1).contiguous().transpose(0, -1);

    static torch.Tensor Sliced(torch.Tensor x) => stack([x + 1, x], -1).select(-1, 1);

    static string Text(object? result, int depth = 0) => result switch
    {
        torch.Tensor tensor => string.Join(' ', TorchAssert.Values(tensor)),
        Tensor tensor => string.Join(' ', tensor.To(DType.Float64).ToArray<double>()),
        System.Collections.IEnumerable list and not string => string.Join(' ', list.Cast<object>().Select(item => Text(item, depth + 1))),
        _ when depth > 1 || result?.GetType().Assembly != typeof(Tensor).Assembly || result is Enum => $"{result}",
        _ => string.Join('\n', result.GetType().GetProperties()
            .Where(static property => property.GetIndexParameters().Length == 0)
            .Select(property => $"{property.Name} {Text(property.GetValue(result), depth + 1)}")),
    };
}
