using TorchSharp;
using static Criterion.Bench.Inputs;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Criterion.Bench;

/// <content>The losses, as their papers' code has them where TorchSharp has none of its own.</content>
internal static partial class Cases
{
    static Tensor LogCosh(Tensor x, Tensor y)
    {
        Tensor d = x - y;
        return (d + F.softplus(-2 * d) - Math.Log(2)).mean();
    }

    static Tensor Pinball(Tensor x, Tensor y)
    {
        Tensor error = y - x;
        return maximum(0.9 * error, -0.1 * error).mean();
    }

    static Tensor GemanMcClure(Tensor x, Tensor y)
    {
        Tensor square = (x - y).square();
        return (2 * square / (square + 4)).mean();
    }

    /// <summary>The binary focal loss as torchvision has it.</summary>
    static Tensor BinaryFocal(Tensor x, Tensor y)
    {
        Tensor p = sigmoid(x);
        Tensor entropy = F.binary_cross_entropy_with_logits(x, y, reduction: Reduction.None);
        Tensor right = (p * y) + ((1 - p) * (1 - y));
        return (((0.25 * y) + (0.75 * (1 - y))) * (1 - right).square() * entropy).mean();
    }

    static Tensor Focal(Tensor x, Tensor y)
    {
        Tensor log = F.log_softmax(x, 1).gather(1, y.unsqueeze(1));
        return -((1 - log.exp()).square() * log).mean();
    }

    static Tensor Kl(Tensor a, Tensor b) => F.kl_div(a, b, log_target: true, reduction: Reduction.Sum) / a.shape[0];

    static Tensor JensenShannon(Tensor a, Tensor b)
    {
        Tensor middle = logaddexp(a, b) - Math.Log(2);
        return 0.5 * (Kl(middle, a) + Kl(middle, b));
    }

    static Tensor Logistic(Tensor x) => F.softplus(-x).mean();

    static Tensor Hinge(Tensor x) => F.relu(1 - x).mean();

    static Tensor Squares(Tensor x) => (x - 1).square().mean();

    static Tensor Entropy(Tensor p, double target) => F.binary_cross_entropy(p, full_like(p, target));

    static Func<Tensor[]> Pointwise(Func<Tensor, Tensor, Tensor> loss, Sizes s, double low = -3, double high = 3, double targetLow = -3,
        double targetHigh = 3) =>
        Compare(loss, Variable(1, [s["n"]], low, high), Uniform(2, [s["n"]], targetLow, targetHigh));

    static Func<Tensor[]> OfClasses(Func<Tensor, Tensor, Tensor> loss, Sizes s) =>
        Compare(loss, Variable(1, [s["rows"], s["length"]], -4, 4), Indices(2, s["rows"], s["length"]));

    static Func<Tensor[]> OfLogits(Func<Tensor, Tensor, Tensor> loss, Sizes s) => Compare(
        (x, y) => loss(F.log_softmax(x, 1), F.log_softmax(y, 1)),
        Variable(1, [s["rows"], s["length"]], -4, 4), Uniform(2, [s["rows"], s["length"]], -4, 4));

    static Func<Tensor[]> Images(Func<Tensor, Tensor> blur, Sizes s)
    {
        long[] shape = [s["n"], 3, s["side"], s["side"]];
        return Compare((x, y) => Ssim(x, y, blur), Variable(1, shape, 0, 1), Uniform(2, shape, 0, 1));
    }

    static Tensor Ssim(Tensor x, Tensor y, Func<Tensor, Tensor> blur)
    {
        (Tensor meanX, Tensor meanY) = (blur(x), blur(y));
        (Tensor squares, Tensor product) = (meanX.square() + meanY.square(), meanX * meanY);
        (Tensor variances, Tensor covariance) = (blur(x * x) + blur(y * y) - squares, blur(x * y) - product);
        Tensor contrast = ((2 * covariance) + (0.03 * 0.03)) / (variances + (0.03 * 0.03));
        return 1 - (((2 * product) + (0.01 * 0.01)) / (squares + (0.01 * 0.01)) * contrast).mean();
    }

    /// <summary>Two passes of grouped convolutions, as pytorch-msssim has them.</summary>
    static Func<Tensor, Tensor> Gaussian(long channels, int window, double sigma)
    {
        Tensor places = arange(window, dtype: ScalarType.Float32) - (window / 2);
        Tensor weights = exp(-places.square() / (2 * sigma * sigma));
        Tensor columns = (weights / weights.sum()).repeat([channels, 1, 1, 1]);
        Tensor rows = columns.transpose(2, 3);
        return x => F.conv2d(F.conv2d(x, rows, groups: channels), columns, groups: channels);
    }

    static Func<Tensor[]> Compare(Func<Tensor, Tensor, Tensor> loss, Tensor x, Tensor y) => () =>
    {
        Tensor value = loss(x, y);
        return [value, .. autograd.grad([value], [x])];
    };

    /// <summary>By its formula: TorchSharp's own function gives the variance no gradient.</summary>
    static Func<Tensor[]> GaussianNll(Sizes s)
    {
        (Tensor x, Tensor y, Tensor variance) = (Variable(1, [s["n"]], -3, 3), Uniform(2, [s["n"]], -3, 3), Variable(3, [s["n"]], 0.1, 2));
        return () =>
        {
            Tensor bounded = variance.clamp(min: 1e-6);
            Tensor value = 0.5 * (bounded.log() + ((x - y).square() / bounded)).mean();
            return [value, .. autograd.grad([value], [x, variance])];
        };
    }

    static Func<Tensor[]> MarginRanking(Sizes s)
    {
        (Tensor first, Tensor second, Tensor target) = (Variable(1, [s["n"]], -3, 3), Variable(3, [s["n"]], -3, 3), Labels(2, s["n"]));
        return () =>
        {
            Tensor value = F.margin_ranking_loss(first, second, target, margin: 0.5);
            return [value, .. autograd.grad([value], [first, second])];
        };
    }

    static Func<Tensor[]> CosineEmbedding(Sizes s)
    {
        long[] shape = [s["rows"], s["length"]];
        (Tensor a, Tensor b, Tensor y) = (Variable(1, shape), Variable(2, shape), Labels(3, s["rows"]));
        return () =>
        {
            Tensor value = F.cosine_embedding_loss(a, b, y, margin: 0.1);
            return [value, .. autograd.grad([value], [a, b])];
        };
    }

    static Func<Tensor[]> TripletMargin(Sizes s)
    {
        long[] shape = [s["rows"], s["length"]];
        Tensor[] inputs = [Variable(1, shape), Variable(2, shape), Variable(3, shape)];
        return () =>
        {
            Tensor value = F.triplet_margin_loss(inputs[0], inputs[1], inputs[2]);
            return [value, .. autograd.grad([value], inputs)];
        };
    }

    static Func<Tensor[]> Rows(Func<Tensor, Tensor, Tensor> loss, Sizes s)
    {
        (Tensor a, Tensor b) = (Variable(1, [s["rows"], s["length"]]), Variable(2, [s["rows"], s["length"]]));
        return () =>
        {
            Tensor value = loss(a, b);
            return [value, .. autograd.grad([value], [a, b])];
        };
    }

    static Func<Tensor[]> OfLabels(Func<Tensor, Tensor, Tensor> loss, Sizes s)
    {
        (Tensor x, Tensor labels) = (Variable(1, [s["rows"], s["length"]]), Indices(2, s["rows"], s["rows"] / 8));
        return () =>
        {
            Tensor value = loss(x, labels);
            return [value, .. autograd.grad([value], [x])];
        };
    }

    static Tensor InfoNce(Tensor a, Tensor b)
    {
        Tensor logits = F.normalize(a).matmul(F.normalize(b).t()) / 0.1;
        return F.cross_entropy(logits, arange(a.shape[0]));
    }

    static Tensor NtXent(Tensor a, Tensor b)
    {
        Tensor rows = F.normalize(cat([a, b]));
        Tensor self = eye(rows.shape[0], dtype: ScalarType.Bool);
        Tensor logits = (rows.matmul(rows.t()) / 0.1).masked_fill(self, double.NegativeInfinity);
        Tensor view = arange(a.shape[0]);
        return F.cross_entropy(logits, cat([view + a.shape[0], view]));
    }

    static Tensor SigLip(Tensor a, Tensor b)
    {
        Tensor logits = (F.normalize(a).matmul(F.normalize(b).t()) * 10) - 10;
        Tensor signs = (2 * eye(a.shape[0])) - 1;
        return -F.logsigmoid(signs * logits).sum() / a.shape[0];
    }

    static Tensor SupCon(Tensor x, Tensor labels)
    {
        Tensor rows = F.normalize(x);
        Tensor logits = rows.matmul(rows.t()) / 0.1;
        Tensor self = eye(x.shape[0], dtype: ScalarType.Bool);
        Tensor positives = labels.unsqueeze(0).eq(labels.unsqueeze(1)).logical_and(self.logical_not()).to(ScalarType.Float32);
        Tensor log = logits - logits.masked_fill(self, double.NegativeInfinity).logsumexp(1, keepdim: true);
        Tensor count = positives.sum(1);
        Tensor losses = -(positives * log).sum(1) / count.clamp(min: 1);
        return losses[count > 0].mean();
    }

    static Tensor BatchHard(Tensor x, Tensor labels)
    {
        Tensor distances = cdist(x, x);
        Tensor same = labels.unsqueeze(0).eq(labels.unsqueeze(1));
        Tensor positive = same.logical_and(eye(x.shape[0], dtype: ScalarType.Bool).logical_not());
        Tensor farthest = distances.masked_fill(positive.logical_not(), double.NegativeInfinity).amax([1]);
        Tensor nearest = distances.masked_fill(same, double.PositiveInfinity).amin([1]);
        return F.relu(farthest - nearest + 0.2)[positive.any(1)].mean();
    }

    /// <summary>Both losses of a GAN, and the gradients that each player needs.</summary>
    static Func<Tensor[]> Adversarial(Func<Tensor, Tensor, Tensor> discriminator, Func<Tensor, Tensor> generator, Sizes s, double low = -6,
        double high = 6)
    {
        (Tensor real, Tensor fake) = (Variable(1, [s["n"]], low, high), Variable(2, [s["n"]], low, high));
        return () =>
        {
            (Tensor d, Tensor g) = (discriminator(real, fake), generator(fake));
            return [d, g, .. autograd.grad([d], [real, fake]), .. autograd.grad([g], [fake])];
        };
    }

    static Func<Tensor[]> Divergence(Func<Tensor, Tensor> activation, Func<Tensor, Tensor> conjugate, Sizes s) => Adversarial(
        (r, f) => conjugate(f).mean() - activation(r).mean(), f => -conjugate(f).mean(), s);

    /// <summary>The generator's loss is the discriminator's with the sides exchanged.</summary>
    static Func<Tensor[]> Relativistic(Func<Tensor, Tensor, Tensor> discriminator, Sizes s)
    {
        (Tensor real, Tensor fake) = (Variable(1, [s["n"]], -6, 6), Variable(2, [s["n"]], -6, 6));
        Tensor detached = real.detach();
        return () =>
        {
            (Tensor d, Tensor g) = (discriminator(real, fake), discriminator(fake, detached));
            return [d, g, .. autograd.grad([d], [real, fake]), .. autograd.grad([g], [fake])];
        };
    }
}
