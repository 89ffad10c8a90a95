using Criterion.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.TorchSharp.Tests;

/// <summary>Sums of terms, and the weight of one by the norms of gradients.</summary>
public class LossReportTests
{
    [TorchFact]
    public void Balanced_sum_is_that_of_Criterion()
    {
        Tensor weight = Tensor.From(0.3, -0.2, 0.7);
        weight.RequiresGrad = true;
        Tensor image = (weight * Tensor.From(1.0, 2, -1)).Tanh();
        LossReport expected = new GradientBalance(0.25).Combine(
            LossReport.From(("pixel", new MSELoss().Forward(image, Tensor.From(0.5, 0.5, 0.5)), 10), ("size", image.Sum(), 1)),
            new NonSaturatingGanLoss().Generator(image.Sum()),
            [image]);
        expected.Total.Backward();

        torch.Tensor w = tensor([0.3, -0.2, 0.7]).requires_grad_();
        torch.Tensor x = (w * tensor([1.0, 2, -1])).tanh();
        (torch.Tensor total, IReadOnlyList<TermValue> terms) = new GradientBalance(0.25).Combine(
            LossReport.From(("pixel", new MSELoss().Forward(x, tensor([0.5, 0.5, 0.5])), 10), ("size", x.sum(), 1)),
            new NonSaturatingGanLoss().Generator(x.sum()),
            [x, x]);
        total.backward();

        TorchAssert.Equal(expected.Total, total, 1e-12);
        TorchAssert.Equal(weight.Grad!, w.grad!, 1e-12);
        Assert.Equal(["pixel", "size", "adversarial"], terms.Select(static term => term.Name));
        TorchAssert.Equal(Numbers(expected.Terms), Numbers(terms), 1e-12);
    }

    [TorchFact]
    public void Terms_are_differentiated_twice()
    {
        torch.Tensor x = tensor([1.0, -2, 3]).requires_grad_();
        torch.Tensor total = LossReport.From(("a", x.pow(3).sum(), 2), ("b", x.sum(), 1)).Total;
        torch.Tensor first = autograd.grad([total], [x], create_graph: true, retain_graph: true)[0];
        first.sum().backward();
        TorchAssert.Equal([12, -24, 36], TorchAssert.Values(x.grad!), 1e-13);
    }

    [TorchFact]
    public void Gradients_of_leaves_are_not_changed()
    {
        torch.Tensor x = ones(3).requires_grad_(), y = ones(3).requires_grad_();
        x.grad = full([3], 7f);
        Assert.Equal(2.0 / 3, new GradientBalance(epsilon: 0).Weight((x + y).sum() * 3, (x + y).sum() * 2, x, y), 1e-6);
        TorchAssert.Equal([7, 7, 7], TorchAssert.Values(x.grad!), 0);
        Assert.Null(y.grad);
    }

    [TorchFact]
    public void Terms_of_a_weighted_sum_are_continued()
    {
        torch.Tensor x = rand(2, 3).requires_grad_(), y = rand(2, 3);
        IReadOnlyList<TermValue> terms = new GradientBalance()
            .Combine((new L1Loss() + new MSELoss()).Evaluate(x, y), x.sum(), [x], "critic").Terms;
        Assert.Equal("critic", terms[2].Name);
        Assert.Throws<ArgumentException>(() => new GradientBalance().Combine(LossReport.From(("a", x.sum(), 1)), x.sum(), [x], "a"));
    }

    [TorchFact]
    public void Misuse_is_an_error_and_leaves_the_graph()
    {
        GradientBalance balance = new();
        torch.Tensor x = ones(3).requires_grad_(), other = ones(3).requires_grad_(), good = x.square().sum();
        Assert.Throws<AutogradException>(() => balance.Weight(other.sum(), good, x));
        Assert.Throws<AutogradException>(() => balance.Weight(ones(1).sum(), good, x));
        Assert.Throws<AutogradException>(() => balance.Weight(x.square(), good, x));
        Assert.Throws<AutogradException>(() => balance.Weight(good, good, ones(3)));
        Assert.Throws<ArgumentException>(() => balance.Weight(good, good));
        Assert.Throws<ArgumentNullException>(() => balance.Weight(good, null!, x));
        Assert.Throws<ArgumentNullException>(() => balance.Weight(good, good, x, null!));
        Assert.Throws<ShapeException>(() => LossReport.From(("a", x, 1)));
        Assert.Throws<ArgumentException>(() => LossReport.From(("a", good, 1), ("a", good, 1)));
        good.backward();
        TorchAssert.Equal([2, 2, 2], TorchAssert.Values(x.grad!), 0);
        Assert.Contains("a second time", Assert.Throws<AutogradException>(() => balance.Weight(good, good, x)).Message);
    }

    static double[] Numbers(IEnumerable<TermValue> terms) => [.. terms.SelectMany(static term => new[] { term.Weight, term.Value })];
}
