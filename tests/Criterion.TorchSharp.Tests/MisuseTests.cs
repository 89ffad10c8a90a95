using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Losses;
using Criterion.Metrics;
using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.TorchSharp.Tests;

/// <summary>
/// Unusual tensors, in each argument of one loss per family: the result is that of Criterion's tensors, or the call throws a typed error.
/// </summary>
public class MisuseTests
{
    static readonly Type[] Families =
    [
        typeof(HuberLoss), typeof(CosineSimilarityLoss), typeof(CrossEntropyLoss), typeof(SsimLoss), typeof(SupConLoss),
        typeof(CosineEmbeddingLoss), typeof(HingeGanLoss), typeof(DriftPenalty), typeof(Psnr), typeof(RetrievalEvaluator),
    ];

    static readonly (string Name, Func<torch.Tensor, torch.Tensor> Make)[] Layouts =
    [
        ("expanded", static x => x.unsqueeze(0).expand([3, .. x.shape]).select(0, 1)),
        ("strided", static x => stack([x + 1, x], -1).select(-1, 1)),
        ("overlapping", static x => cat([x.flatten(), x.flatten()]).as_strided(x.shape, x.stride(), x.numel())),
        ("from another thread", static x => Task.Run(() => x * 1).GetAwaiter().GetResult()),
        ("of a scope that ended", static x =>
        {
            using DisposeScope scope = NewDisposeScope();
            return (x * 1).MoveToOuterDisposeScope();
        }),
    ];

    static readonly (string Name, Func<torch.Tensor, torch.Tensor> Make, string Refusal)[] Unreadable =
    [
        ("disposed", Disposed, "was disposed. Use it before"),
        ("meta", static x => x.to(torch.device("meta")), "is a meta tensor, which has no values"),
        ("sparse", static x => x.to_sparse(), "is sparse. Convert it with .to_dense()."),
        ("complex", static x => x.to(complex64), "Pass .real and .imag."),
        ("quantized", static x => quantize_per_tensor(x.to(float32), 0.1, 0, ScalarType.QInt8), "Convert it with .dequantize()."),
        ("float8", static x => x.to(float32).to((ScalarType)24), "Convert it with .to(torch.float32)."),
    ];

    static readonly (string Name, Func<Tensor, Tensor> Own, Func<torch.Tensor, torch.Tensor> Make)[] Changes =
    [
        ("bytes", static x => x.Abs().To(DType.UInt8), static x => x.abs().to(uint8)),
        ("integers", static x => x.To(DType.Int64), static x => x.to(int32)),
        ("bools", static x => x.To(DType.Bool), static x => x.to(@bool)),
        ("doubles", static x => x.To(DType.Float64), static x => x.to(float64)),
        ("empty", static x => x.Rank == 0 ? x : x[..0], static x => x.dim() == 0 ? x : x.narrow(0, 0, 0)),
        ("a scalar", static x => x.Flatten()[0], static x => x.flatten()[0]),
        ("a dimension more", static x => x.Unsqueeze(0), static x => x.unsqueeze(0)),
    ];

    public static TheoryData<string, string> LayoutsOfFamilies => Of(Layouts.Select(static layout => layout.Name));

    public static TheoryData<string, string> UnreadableOfFamilies => Of(Unreadable.Select(static kind => kind.Name));

    public static TheoryData<string, string> ChangesOfFamilies => Of(Changes.Select(static change => change.Name));

    [TorchTheory]
    [MemberData(nameof(LayoutsOfFamilies))]
    public void Layout_does_not_change_value_and_gradient(string family, string layout)
    {
        using DisposeScope scope = NewDisposeScope();
        (LossCase loss, Tensor[] inputs, torch.Tensor[] leaves) = Draw(family);
        Func<torch.Tensor, torch.Tensor> make = Layouts.Single(known => known.Name == layout).Make;
        object? actual = loss.Call(Array.ConvertAll(leaves, x => make(x)));
        if (loss.Call(inputs) is not Tensor expected)
        {
            Assert.Equal($"{loss.Call(inputs)}", $"{actual}");
            return;
        }

        TorchAssert.Equal(expected, (torch.Tensor)actual!, 1e-6);
        ((torch.Tensor)actual!).sum().backward();
        Tensor[] wanted = [.. inputs.Where(static x => x.RequiresGrad)];
        foreach ((Tensor gradient, torch.Tensor leaf) in Autograd.Grad([expected.Sum()], wanted, allowUnused: true)
            .Zip(leaves.Where(static x => x.requires_grad)))
        {
            TorchAssert.Equal(gradient, leaf.grad!, 1e-6);
        }
    }

    [TorchTheory]
    [MemberData(nameof(UnreadableOfFamilies))]
    public void Unreadable_input_is_named_and_refused(string family, string kind)
    {
        using DisposeScope scope = NewDisposeScope();
        (LossCase loss, _, torch.Tensor[] inputs) = Draw(family);
        (_, Func<torch.Tensor, torch.Tensor> make, string refusal) = Unreadable.Single(known => known.Name == kind);
        string[] names = [.. loss.Method.GetParameters().Select(static parameter => parameter.Name!)];
        for (int i = 0; i < inputs.Length; i++)
        {
            foreach (bool isForced in (bool[])[false, true])
            {
                string message = Assert
                    .ThrowsAny<CriterionException>(() => Forced(isForced, () => loss.Call(With(inputs, i, make)))).Message;
                Assert.StartsWith($"{loss.Type.Name}: {names[i]} ", message);
                Assert.Contains(refusal, message);
            }
        }
    }

    [TorchTheory]
    [MemberData(nameof(ChangesOfFamilies))]
    public void Type_and_shape_are_accepted_or_refused_as_of_own_tensors(string family, string change)
    {
        using DisposeScope scope = NewDisposeScope();
        (LossCase loss, Tensor[] inputs, torch.Tensor[] others) = Draw(family);
        (_, Func<Tensor, Tensor> own, Func<torch.Tensor, torch.Tensor> make) = Changes.Single(known => known.Name == change);
        for (int i = 0; i < inputs.Length; i++)
        {
            Assert.Equal(
                Outcome(() => loss.Call(With(inputs, i, x => own(x.Detach())))),
                Outcome(() => loss.Call(With(others, i, x => make(x.detach())))));
        }
    }

    [TorchTheory]
    [MemberData(nameof(FamilyNames))]
    public void Tensor_of_inference_mode_is_refused_where_a_graph_is_recorded(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        (LossCase loss, Tensor[] own, torch.Tensor[] inputs) = Draw(family);
        for (int i = 0; i < inputs.Length; i++)
        {
            torch.Tensor[] with = With(inputs, i, Inferred);
            if (loss.Call(own) is not Tensor { RequiresGrad: true } || !Array.Exists(with, static x => x.requires_grad))
            {
                Assert.NotNull(loss.Call(with));
                continue;
            }

            string name = loss.Method.GetParameters()[i].Name!;
            Assert.StartsWith(
                $"{loss.Type.Name}: {name} was made in torch.inference_mode()",
                Assert.Throws<TensorException>(() => loss.Call(with)).Message);
            using IDisposable mode = no_grad();
            Assert.NotNull(loss.Call(with));
        }
    }

    public static TheoryData<string> FamilyNames => new(Families.Select(static family => family.Name));

    [TorchFact]
    public void Tensor_of_inference_mode_is_refused_by_a_graph_of_LibTorch()
    {
        torch.Tensor x = rand(5).requires_grad_(), y = Inferred(rand(5));
        TensorException error = Assert.Throws<TensorException>(() => Forced(true, () => new ProductLoss().Forward(x, y)));
        Assert.StartsWith("ProductLoss: Inference tensors cannot be saved for backward.", error.Message);
        Assert.DoesNotContain("\n", error.Message);
    }

    [TorchFact]
    public void Refused_tensor_of_inference_mode_leaves_no_graph()
    {
        Assert.False(Failed().TryGetTarget(out _));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference<object> Attempt()
        {
            object kept = new();
            Tensor Loss(Tensor a, Tensor b) => kept is null ? a : (a * b).Sum();
            Assert.Throws<TensorException>(() => TorchFunction.Apply(Loss, rand(5).requires_grad_(), Inferred(rand(5))));
            return new(kept);
        }

        static WeakReference<object> Failed()
        {
            WeakReference<object> reference = Attempt();
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            return reference;
        }
    }

    [TorchFact]
    public void Inference_mode_records_nothing_even_where_gradients_are_enabled()
    {
        torch.Tensor x = rand(5).requires_grad_(), y = rand(5);
        using IDisposable mode = inference_mode();
        using IDisposable enabled = enable_grad();
        Assert.False(new MSELoss().Forward(x, y).requires_grad);
    }

    [TorchTheory]
    [InlineData(Losses.Reduction.None)]
    [InlineData(Losses.Reduction.Mean)]
    public void Inputs_that_were_changed_twice_give_NaN(Losses.Reduction reduction)
    {
        torch.Tensor x = rand(5).requires_grad_(), y = rand(5), z = rand(5).requires_grad_();
        torch.Tensor losses = new MSELoss(reduction).Forward(x, y) + new MSELoss(reduction).Forward(z, x.detach());
        y.add_(1).mul_(2);
        losses.sum().backward();
        Assert.All(TorchAssert.Values(x.grad!), static value => Assert.True(double.IsNaN(value)));
        Assert.All(TorchAssert.Values(z.grad!), static value => Assert.True(double.IsFinite(value)));
        Assert.Throws<TensorException>(() => new MSELoss().Forward(x, y));
        new MSELoss().Forward(x, y).Dispose();
    }

    [TorchFact]
    public void Slope_that_was_changed_gives_NaN()
    {
        torch.Tensor x = rand(5).requires_grad_(), slope = rand(5);
        torch.Tensor value = SlopeFunction.Of(x * 2, x, slope);
        slope.add_(1);
        value.sum().backward();
        Assert.All(TorchAssert.Values(x.grad!), static element => Assert.True(double.IsNaN(element)));
        Assert.Throws<TensorException>(() => new MSELoss().Forward(x, slope));
    }

    [TorchFact]
    public void Inputs_may_be_disposed_before_the_backward_pass()
    {
        torch.Tensor x = rand(5).requires_grad_();
        torch.Tensor loss;
        using (DisposeScope scope = NewDisposeScope())
        {
            loss = scope.MoveToOuter(new MSELoss(Losses.Reduction.None).Forward(x * 1, zeros(5)));
        }

        loss.sum().backward();
        TorchAssert.Equal(TorchAssert.Values(x * 2), TorchAssert.Values(x.grad!), 1e-6);
    }

    [TorchFact]
    public void Gradients_of_two_backward_passes_add_up()
    {
        torch.Tensor x = rand(5).requires_grad_();
        torch.Tensor loss = new MSELoss(Losses.Reduction.Sum).Forward(x, zeros(5));
        loss.backward();
        loss.backward();
        TorchAssert.Equal(TorchAssert.Values(x * 4), TorchAssert.Values(x.grad!), 1e-6);
    }

    [TorchFact]
    public void Intermediate_result_retains_its_gradient()
    {
        torch.Tensor x = rand(5).requires_grad_();
        torch.Tensor prediction = x * 3;
        prediction.retain_grad();
        new MSELoss(Losses.Reduction.Sum).Forward(prediction, zeros(5)).backward(retain_graph: true);
        TorchAssert.Equal(TorchAssert.Values(x * 6), TorchAssert.Values(prediction.grad!), 1e-5);
        TorchAssert.Equal(TorchAssert.Values(x * 18), TorchAssert.Values(x.grad!), 1e-5);
    }

    [TorchFact]
    public void Error_of_a_backward_pass_on_another_thread_is_thrown_to_the_caller_of_the_loss()
    {
        torch.Tensor x = rand(5).requires_grad_(), y = rand(5);
        torch.Tensor loss = new MSELoss().Forward(x, y);
        y.zero_();
        Thread other = new(() => loss.backward());
        other.Start();
        other.Join();
        Assert.All(TorchAssert.Values(x.grad!), static value => Assert.True(double.IsNaN(value)));
        Assert.Throws<TensorException>(() => new MSELoss().Forward(x, y));
    }

    [TorchFact]
    public void Single_negated_element_has_its_sign()
    {
        torch.Tensor negated = complex(tensor([1f]), tensor([2f])).conj().imag;
        Assert.Equal(4, new MSELoss().Forward(negated, zeros(1)).ToDouble());
        Assert.Equal(-2, negated.ToCriterion().Item<float>());
        Assert.Equal(-2, new WassersteinGanLoss().Discriminator(negated.squeeze(), zeros([])).ToDouble() * -1);
    }

    [TorchFact]
    public void Shapes_that_no_tensor_of_Criterion_has_are_refused()
    {
        torch.Tensor x = zeros(1);
        Assert.Throws<ShapeException>(() => new MSELoss().Forward(x.expand(50_000, 50_000), x.expand(50_000, 50_000)));
        Assert.Throws<ShapeException>(() => new MSELoss().Forward(x.expand(3_000_000_000), x.expand(3_000_000_000)));
    }

    [TorchFact]
    public void Inputs_on_two_devices_are_refused_with_their_names()
    {
        if (!cuda_is_available())
        {
            Assert.Skip("This machine has no GPU of CUDA.");
        }

        torch.Tensor x = rand(5).cuda(), y = rand(5);
        string message = Assert.Throws<TensorException>(() => new HingeGanLoss().Discriminator(x, y)).Message;
        Assert.StartsWith("HingeGanLoss: real is on the device cuda:0, and fake on cpu.", message);
    }

    [TorchFact]
    public void Options_are_converted_from_readable_tensors()
    {
        Assert.Throws<TensorException>(() => zeros([3], device: torch.device("meta")).ToCriterion());
        Assert.Throws<TensorException>(() => Disposed(rand(3)).ToCriterion());
        Assert.Throws<TensorException>(() => rand(3).to_sparse().ToCriterion());
    }

    [TorchFact]
    public void Names_of_terms_and_places_in_lists_are_in_the_error()
    {
        torch.Tensor x = rand(2, 3);
        Assert.StartsWith(
            "LossReport: features was disposed.",
            Assert.Throws<TensorException>(() => LossReport.From(("pixels", x.sum(), 1), ("features", Disposed(x), 1))).Message);
        Assert.StartsWith(
            "HingeGanLoss: tensor 3 was disposed.",
            Assert.Throws<TensorException>(() => new HingeGanLoss().Discriminator([x, x], [Disposed(x), x])).Message);
        Assert.StartsWith(
            "TorchFunction: y was disposed.",
            Assert.Throws<TensorException>(() => TorchFunction.Apply(static (a, b) => a + b, x, Disposed(x))).Message);
    }

    [TorchFact]
    public void Penalties_refuse_inputs_and_outputs_without_gradients()
    {
        torch.Tensor x = rand(4, 3);
        static torch.Tensor Critic(torch.Tensor images) => images.square().sum(1);

        GradientPenalty penalty = new();
        foreach ((_, Func<torch.Tensor, torch.Tensor> make, string refusal) in Unreadable)
        {
            Assert.Contains(refusal, Assert.ThrowsAny<CriterionException>(() => penalty.Forward(Critic, x, make(x))).Message);
            Assert.Contains(refusal, Assert.ThrowsAny<CriterionException>(() => penalty.Forward(_ => make(x), x, x)).Message);
            Assert.Contains(
                refusal, Assert.ThrowsAny<CriterionException>(() => new PathLengthPenalty().Forward(_ => make(x), x, 0)).Message);
        }

        Assert.Throws<DTypeException>(() => new R1Penalty().Forward(Critic, x.to(int64)));
        double expected = new R1Penalty().Forward(Critic, x).ToDouble();
        Assert.Equal(expected, new R1Penalty().Forward(Critic, Inferred(x)).ToDouble());
        using IDisposable mode = inference_mode();
        Assert.StartsWith(
            "GradientPenalty: torch.inference_mode() is on", Assert.Throws<AutogradException>(() => penalty.Forward(Critic, x, x)).Message);
    }

    [TorchFact]
    public void Weights_that_cannot_be_clipped_are_refused()
    {
        torch.Tensor weight = rand(3);
        double[] before = TorchAssert.Values(weight);
        Assert.Throws<DTypeException>(() => new WeightClip().Apply([zeros(3, int64)]));
        Assert.Throws<TensorException>(() => new WeightClip().Apply([weight, Disposed(weight)]));
        Assert.Equal(before, TorchAssert.Values(weight));
    }

    static TheoryData<string, string> Of(IEnumerable<string> names) =>
        new(Families.SelectMany(family => names.Select(name => (family.Name, name))));

    /// <summary>Returns the case of a family, and its inputs on both sides, of which all floats require a gradient.</summary>
    static (LossCase Loss, Tensor[] Inputs, torch.Tensor[] Others) Draw(string family)
    {
        LossCase loss = LossCases.Metrics.Concat(LossCases.Differentiable).First(test => test.Type.Name == family);
        Tensor[] inputs = loss.Draw(DType.Float32);
        torch.Tensor[] others = Array.ConvertAll(inputs, static x => x.ToTorch().clone().requires_grad_(x.DType.IsFloat()));
        foreach (Tensor input in inputs.Where(static x => x.DType.IsFloat()))
        {
            input.RequiresGrad = true;
        }

        return (loss, inputs, others);
    }

    static T[] With<T>(T[] inputs, int place, Func<T, T> make) => [.. inputs.Select((x, i) => i == place ? make(x) : x)];

    static object? Forced(bool isForced, Func<object?> call)
    {
        TorchGraph.IsForced = isForced;
        try
        {
            return call();
        }
        finally
        {
            TorchGraph.IsForced = false;
        }
    }

    /// <summary>Describes a result to five digits, or an error.</summary>
    static string Outcome(Func<object?> call)
    {
        try
        {
            return call() switch
            {
                Tensor tensor => string.Join(' ', tensor.To(DType.Float64).ToArray<double>().Select(static x => $"{x:G5}")),
                torch.Tensor tensor => string.Join(' ', TorchAssert.Values(tensor).Select(static x => $"{x:G5}")),
                var other => $"{other}",
            };
        }
        catch (CriterionException error)
        {
            return $"{error.GetType().Name} {error.Message}";
        }
    }

    static torch.Tensor Disposed(torch.Tensor x)
    {
        torch.Tensor copy = x.clone();
        copy.Dispose();
        return copy;
    }

    static torch.Tensor Inferred(torch.Tensor x)
    {
        using IDisposable mode = inference_mode();
        return x.detach().clone();
    }

    /// <summary>A loss whose graph keeps the target itself.</summary>
    sealed record ProductLoss : PointwiseLoss
    {
        public ProductLoss()
            : base(Losses.Reduction.Mean)
        {
        }

        protected internal override BinaryFormula Formula => BinaryFormula.From(default(Product));

        readonly struct Product : IBinaryFormula
        {
            public T Value<T>(T x, T y)
                where T : struct, Numbers.IReal<T> => x * y;
        }
    }
}
