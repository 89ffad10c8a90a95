using Criterion.Losses;
using static Criterion.Bench.Inputs;

namespace Criterion.Bench;

/// <content>The losses.</content>
internal static partial class Cases
{
    static Func<Tensor[]> Pointwise(IPredictionLoss loss, Sizes s, double low = -3, double high = 3, double targetLow = -3,
        double targetHigh = 3) =>
        Compare(loss, Variable(1, [s["n"]], low, high), Uniform(2, [s["n"]], targetLow, targetHigh));

    static Func<Tensor[]> OfClasses(IPredictionLoss loss, Sizes s) =>
        Compare(loss, Variable(1, [s["rows"], s["length"]], -4, 4), Indices(2, s["rows"], s["length"]));

    static Func<Tensor[]> OfLogits(IPredictionLoss loss, Sizes s) =>
        Compare(loss, Variable(1, [s["rows"], s["length"]], -4, 4), Uniform(2, [s["rows"], s["length"]], -4, 4));

    static Func<Tensor[]> Images(IPredictionLoss loss, Sizes s)
    {
        Shape shape = [s["n"], 3, s["side"], s["side"]];
        return Compare(loss, Variable(1, shape, 0, 1), Uniform(2, shape, 0, 1));
    }

    static Func<Tensor[]> Compare(IPredictionLoss loss, Tensor x, Tensor y) => () =>
    {
        Tensor value = loss.Forward(x, y);
        return [value, Autograd.Grad(value, x)];
    };

    static Func<Tensor[]> GaussianNll(Sizes s)
    {
        GaussianNLLLoss loss = new();
        (Tensor x, Tensor y, Tensor variance) = (Variable(1, [s["n"]], -3, 3), Uniform(2, [s["n"]], -3, 3), Variable(3, [s["n"]], 0.1, 2));
        return () =>
        {
            Tensor value = loss.Forward(x, y, variance);
            return [value, .. Autograd.Grad([value], [x, variance])];
        };
    }

    static Func<Tensor[]> MarginRanking(Sizes s)
    {
        MarginRankingLoss loss = new(0.5);
        (Tensor first, Tensor second, Tensor target) = (Variable(1, [s["n"]], -3, 3), Variable(3, [s["n"]], -3, 3), Labels(2, s["n"]));
        return () =>
        {
            Tensor value = loss.Forward(first, second, target);
            return [value, .. Autograd.Grad([value], [first, second])];
        };
    }

    static Func<Tensor[]> CosineEmbedding(Sizes s)
    {
        CosineEmbeddingLoss loss = new(0.1);
        Shape shape = [s["rows"], s["length"]];
        (Tensor a, Tensor b, Tensor y) = (Variable(1, shape), Variable(2, shape), Labels(3, s["rows"]));
        return () =>
        {
            Tensor value = loss.Forward(a, b, y);
            return [value, .. Autograd.Grad([value], [a, b])];
        };
    }

    static Func<Tensor[]> TripletMargin(Sizes s)
    {
        TripletMarginLoss loss = new();
        Shape shape = [s["rows"], s["length"]];
        (Tensor a, Tensor p, Tensor n) = (Variable(1, shape), Variable(2, shape), Variable(3, shape));
        return () =>
        {
            Tensor value = loss.Forward(a, p, n);
            return [value, .. Autograd.Grad([value], [a, p, n])];
        };
    }

    static Func<Tensor[]> Rows(Func<Tensor, Tensor, Tensor> loss, Sizes s)
    {
        (Tensor a, Tensor b) = (Variable(1, [s["rows"], s["length"]]), Variable(2, [s["rows"], s["length"]]));
        return () =>
        {
            Tensor value = loss(a, b);
            return [value, .. Autograd.Grad([value], [a, b])];
        };
    }

    /// <summary>The loss of rows with labels, eight rows of each.</summary>
    static Func<Tensor[]> OfLabels(Func<Tensor, Tensor, Tensor> loss, Sizes s)
    {
        (Tensor x, Tensor labels) = (Variable(1, [s["rows"], s["length"]]), Indices(2, s["rows"], s["rows"] / 8));
        return () =>
        {
            Tensor value = loss(x, labels);
            return [value, Autograd.Grad(value, x)];
        };
    }

    static Func<Tensor[]> Adversarial(GanLoss objective, Sizes s, double low = -6, double high = 6)
    {
        (Tensor real, Tensor fake) = (Variable(1, [s["n"]], low, high), Variable(2, [s["n"]], low, high));
        Tensor judged = real.Detach();
        return () =>
        {
            (Tensor d, Tensor g) = (objective.Discriminator(real, fake), objective.Generator(fake, judged));
            return [d, g, .. Autograd.Grad([d], [real, fake]), Autograd.Grad(g, fake)];
        };
    }
}
