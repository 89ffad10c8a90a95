using Criterion.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.TorchSharp.Tests;

/// <summary>What ends the process, leaks or is wrong when LibTorch's graph is used carelessly.</summary>
public class TrapTests
{
    [TorchFact]
    public void Critic_without_a_graph_does_not_end_the_process()
    {
        torch.Tensor images = randn(5, 3);
        using torch.Tensor constant = new GradientPenalty().Forward(static x => zeros(x.shape[0]), images, images);
        Assert.Equal(10 * Math.Pow(1 - 1e-5, 2), constant.ToDouble(), 1e-5);
        torch.Tensor weight = ones(1).requires_grad_();
        using torch.Tensor unused = new GradientPenalty().Forward(x => weight.expand(x.shape[0]), images, images);
        Assert.Equal(10 * Math.Pow(1 - 1e-5, 2), unused.ToDouble(), 1e-5);
    }

    [TorchFact]
    public void Penalty_keeps_the_graph_that_create_graph_does_not()
    {
        using var critic = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1));
        torch.Tensor penalty = new R1Penalty().Forward(critic, randn(5, 3));
        penalty.backward();
        Assert.All(critic.parameters(), static parameter => Assert.Equal(parameter.shape, (parameter.grad ?? zeros_like(parameter)).shape));
        Assert.NotNull(critic.parameters().First().grad);
    }

    [TorchFact]
    public void Errors_are_thrown_by_the_call()
    {
        torch.Tensor x = randn(3, 4).requires_grad_();
        Assert.Equal(
            "HuberLoss: prediction [3, 4] and target [3, 1] differ at dim 1. "
            + "Losses do not broadcast; use target.Expand or .Reshape if that is meant.",
            Assert.Throws<ShapeException>(() => new HuberLoss().Forward(x, randn(3, 1))).Message);
        Assert.Throws<LossException>(() => new CosineEmbeddingLoss().Forward(x, x, zeros(3)));
        Assert.Throws<LossException>(() => new MSELoss().Forward(zeros(0, 4), zeros(0, 4)));
        Assert.Throws<DTypeException>(() => new MSELoss().Forward(x.to(complex64), x));
        Assert.Throws<TensorException>(() => new MSELoss().Forward(x, zeros([3, 4], device: torch.device("meta"))));
        Assert.Throws<TensorException>(() => new MSELoss().Forward(x.detach().to_sparse(), x));
        Assert.Throws<ArgumentNullException>(() => new MSELoss().Forward(x, null!));
    }

    [TorchFact]
    public void Input_that_was_changed_in_place_gives_NaN_and_the_next_call_throws_the_reason()
    {
        torch.Tensor x = randn(4).requires_grad_();
        torch.Tensor prediction = x * 1;
        torch.Tensor losses = new MSELoss(Losses.Reduction.None).Forward(prediction, zeros(4));
        prediction.mul_(2);
        losses.sum().backward();
        Assert.All(TorchAssert.Values(x.grad!), static value => Assert.True(double.IsNaN(value)));
        TensorException error = Assert.Throws<TensorException>(() => new MSELoss().Forward(x, zeros(4)));
        Assert.Contains("is NaN", error.Message);
        Assert.Contains("modified by an inplace operation", error.Message);
        Assert.True(double.IsFinite(new MSELoss().Forward(x, zeros(4)).ToDouble()));
    }

    [TorchTheory]
    [InlineData(Losses.Reduction.None)]
    [InlineData(Losses.Reduction.Mean)]
    public void Gradient_of_zeros_without_memory_is_read(Losses.Reduction reduction)
    {
        torch.Tensor x = tensor([1.0, -2, 3]).requires_grad_();
        torch.Tensor losses = new MSELoss(reduction).Forward(x, zeros(3, float64));
        torch.Tensor first = autograd.grad([losses.abs().sum()], [x], create_graph: true, retain_graph: true)[0];
        first.sum().backward();
        double factor = reduction == Losses.Reduction.None ? 1 : 1.0 / 3;
        TorchAssert.Equal([2 * factor, 2 * factor, 2 * factor], TorchAssert.Values(x.grad!), 1e-15);
    }

    [TorchFact]
    public void Graph_that_is_retained_is_differentiated_twice()
    {
        torch.Tensor x = tensor([1.0, -2, 3]).requires_grad_();
        torch.Tensor loss = new HuberLoss().Forward(x, zeros(3, float64)) * 3;
        torch.Tensor first = autograd.grad([loss], [x], retain_graph: true)[0];
        first.mul_(7);
        torch.Tensor second = autograd.grad([loss], [x])[0];
        TorchAssert.Equal([1, -1, 1], TorchAssert.Values(second), 1e-15);
    }

    [TorchFact]
    public void Gradient_that_was_changed_in_place_is_not_reused()
    {
        torch.Tensor x = tensor([1.0, -2, 3]).requires_grad_();
        torch.Tensor loss = new MSELoss(Losses.Reduction.Sum).Forward(x, zeros(3, float64));
        using (no_grad())
        {
            autograd.grad([loss], [x], retain_graph: true)[0].zero_();
        }

        Assert.All(TorchAssert.Values(autograd.grad([loss], [x])[0]), static value => Assert.True(double.IsNaN(value)));
        Assert.Throws<TensorException>(() => new MSELoss().Forward(x, x));
    }

    [TorchFact]
    public void Third_derivatives_are_right()
    {
        torch.Tensor x = tensor([1.0, -2, 3]).requires_grad_();
        torch.Tensor y = TorchFunction.Apply(static t => t.Pow(4).Sum(), x);
        for (int order = 0; order < 3; order++)
        {
            y = autograd.grad([y.sum()], [x], create_graph: true, retain_graph: true)[0];
        }

        TorchAssert.Equal([24, -48, 72], TorchAssert.Values(y), 1e-13);
    }

    [TorchFact]
    public void One_tensor_on_both_sides_gets_both_gradients()
    {
        torch.Tensor x = tensor([1.0, -2, 3]).requires_grad_();
        new MSELoss(Losses.Reduction.Sum).Forward(x, x * 3).backward();
        TorchAssert.Equal([8, -16, 24], TorchAssert.Values(x.grad!), 1e-14);
    }

    [TorchFact]
    public void Without_gradients_there_is_no_graph()
    {
        torch.Tensor x = randn(4).requires_grad_();
        using IDisposable mode = no_grad();
        Assert.False(new MSELoss().Forward(x, zeros(4)).requires_grad);
        Assert.False(new MSELoss().Forward(x.detach(), zeros(4)).requires_grad);
    }

    [TorchTheory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Half_precision_is_computed_in_single(ScalarType type)
    {
        torch.Tensor x = tensor([300f, -2, 3]).to(type).requires_grad_();
        torch.Tensor loss = new MSELoss(Losses.Reduction.Sum).Forward(x, zeros(3, type));
        Assert.Equal(float32, loss.dtype);
        Assert.Equal(90013, loss.ToDouble(), 200.0);
        loss.backward();
        Assert.Equal(type, x.grad!.dtype);
        TorchAssert.Equal([600, -4, 6], TorchAssert.Values(x.grad), 0.01);
    }

    [TorchFact]
    public void Integers_of_every_size_are_labels()
    {
        torch.Tensor x = randn(3, 4);
        double expected = new CrossEntropyLoss().Forward(x, tensor([0L, 1, 3])).ToDouble();
        foreach (ScalarType type in (ScalarType[])[int32, int16, int8])
        {
            Assert.Equal(expected, new CrossEntropyLoss().Forward(x, tensor([0L, 1, 3]).to(type)).ToDouble());
        }
    }

    [TorchFact]
    public void Threads_compute_independently()
    {
        Parallel.For(0, 8, static i =>
        {
            using DisposeScope scope = NewDisposeScope();
            torch.Tensor x = full([1000], (double)i, float64).requires_grad_();
            torch.Tensor loss = new MSELoss(Losses.Reduction.Sum).Forward(x, zeros(1000, float64));
            loss.backward();
            Assert.Equal(1000.0 * i * i, loss.ToDouble());
            Assert.Equal(2000.0 * i, x.grad!.sum().ToDouble());
        });
    }
}
