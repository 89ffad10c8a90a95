using TorchSharp;
using TorchSharp.Modules;
using static Criterion.Bench.Inputs;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Criterion.Bench;

/// <summary>
/// LibTorch's side of every case, by the name that <c>../table.py</c> gives it: TorchSharp's own function where it has one, else the
/// shortest formula in its operations. The function creates the inputs; one call of the body is forward + backward and returns value and
/// gradients.
/// </summary>
internal static partial class Cases
{
    public static readonly Dictionary<string, Func<Sizes, Func<Tensor[]>>> All = new()
    {
        ["l1"] = s => Pointwise(static (x, y) => F.l1_loss(x, y), s),
        ["mse"] = s => Pointwise(static (x, y) => F.mse_loss(x, y), s),
        ["huber"] = s => Pointwise(static (x, y) => F.huber_loss(x, y), s),
        ["smooth l1"] = s => Pointwise(static (x, y) => F.smooth_l1_loss(x, y), s),
        ["log-cosh"] = s => Pointwise(LogCosh, s),
        ["quantile"] = s => Pointwise(Pinball, s),
        ["cauchy"] = s => Pointwise(static (x, y) => log1p(0.5 * (x - y).square()).mean(), s),
        ["charbonnier"] = s => Pointwise(static (x, y) => sqrt((x - y).square() + 1e-6).mean(), s),
        ["geman-mcclure"] = s => Pointwise(GemanMcClure, s),
        ["welsch"] = s => Pointwise(static (x, y) => -expm1(-0.5 * (x - y).square()).mean(), s),
        ["poisson nll"] = s => Pointwise(static (x, y) => F.poisson_nll_loss(x, y), s, targetLow: 0, targetHigh: 9),
        ["bce"] = s => Pointwise(static (x, y) => F.binary_cross_entropy(x, y), s, 0.001, 0.999, 0, 1),
        ["bce-with-logits"] = s => Pointwise(static (x, y) => F.binary_cross_entropy_with_logits(x, y), s, -6, 6, 0, 1),
        ["binary focal"] = s => Compare(BinaryFocal, Variable(1, [s["n"]], -6, 6), Bits(2, s["n"])),
        ["soft margin"] = s => Compare(static (x, y) => F.soft_margin_loss(x, y), Variable(1, [s["n"]], -3, 3), Labels(2, s["n"])),
        ["hinge embedding"] = s => Compare(
            static (x, y) => F.hinge_embedding_loss(x, y, margin: 1), Variable(1, [s["n"]], -3, 3), Labels(2, s["n"])),
        ["kl-div"] = s => Pointwise(
            static (x, y) => F.kl_div(x, y, log_target: false, reduction: Reduction.Sum) / x.shape[0], s, -6, -0.01, 0, 1),
        ["gaussian nll"] = GaussianNll,
        ["margin ranking"] = MarginRanking,
        ["cosine-embedding"] = CosineEmbedding,
        ["triplet margin"] = TripletMargin,
        ["info-nce"] = s => Rows(InfoNce, s),
        ["nt-xent"] = s => Rows(NtXent, s),
        ["siglip"] = s => Rows(SigLip, s),
        ["supcon"] = s => OfLabels(SupCon, s),
        ["batch-hard triplets"] = s => OfLabels(BatchHard, s),
        ["cross-entropy"] = s => OfClasses(static (x, y) => F.cross_entropy(x, y), s),
        ["focal"] = s => OfClasses(Focal, s),
        ["kl from logits"] = s => OfLogits(Kl, s),
        ["jensen-shannon"] = s => OfLogits(JensenShannon, s),
        ["ssim, 11×11 Gaussian"] = s => Images(Gaussian(3, 11, 1.5), s),
        ["ssim, 3×3 box"] = s => Images(static x => F.avg_pool2d(x, 3, 1), s),
        ["adversarial non-saturating"] = s => Adversarial(static (r, f) => Logistic(r) + Logistic(-f), Logistic, s),
        ["adversarial minimax"] = s => Adversarial(
            static (r, f) => Logistic(r) + Logistic(-f), static f => -F.softplus(f).mean(), s),
        ["adversarial wasserstein"] = s => Adversarial(static (r, f) => f.mean() - r.mean(), static f => -f.mean(), s),
        ["adversarial wasserstein logistic"] = s => Adversarial(static (r, f) => Logistic(r) + Logistic(-f), Logistic, s),
        ["adversarial hinge"] = s => Adversarial(static (r, f) => Hinge(r) + Hinge(-f), static f => -f.mean(), s),
        ["adversarial least squares"] = s => Adversarial(
            static (r, f) => (0.5 * Squares(r)) + (0.5 * f.square().mean()), static f => 0.5 * Squares(f), s),
        ["adversarial probability bce"] = s => Adversarial(
            static (r, f) => Entropy(r, 1) + Entropy(f, 0), static f => Entropy(f, 1), s, 0.001, 0.999),
        ["adversarial energy-based"] = s => Adversarial(
            static (r, f) => r.mean() + F.relu(1 - f).mean(), static f => f.mean(), s, 0, 2),
        ["adversarial boundary equilibrium"] = s => Adversarial(
            static (r, f) => r.mean() - (0.5 * f.mean()), static f => f.mean(), s, 0, 2),
        ["adversarial f-gan kl"] = s => Divergence(static v => v, static v => exp(v - 1), s),
        ["adversarial f-gan reverse kl"] = s => Divergence(static v => -exp(-v), static v => v - 1, s),
        ["adversarial f-gan pearson"] = s => Divergence(static v => v, static v => (0.25 * v.square()) + v, s),
        ["adversarial f-gan hellinger"] = s => Divergence(static v => -expm1(-v), expm1, s),
        ["adversarial f-gan jensen-shannon"] = s => Divergence(
            static v => Math.Log(2) - F.softplus(-v), static v => F.softplus(v) - Math.Log(2), s),
        ["adversarial f-gan total variation"] = s => Divergence(static v => 0.5 * tanh(v), static v => 0.5 * tanh(v), s),
        ["adversarial relativistic paired logistic"] = s => Relativistic(static (a, b) => Logistic(a - b), s),
        ["adversarial relativistic paired hinge"] = s => Relativistic(static (a, b) => Hinge(a - b), s),
        ["adversarial relativistic paired least squares"] = s => Relativistic(static (a, b) => Squares(a - b), s),
        ["adversarial relativistic average logistic"] = s => Relativistic(
            static (a, b) => Logistic(a - b.mean()) + Logistic(a.mean() - b), s),
        ["adversarial relativistic average hinge"] = s => Relativistic(static (a, b) => Hinge(a - b.mean()) + Hinge(a.mean() - b), s),
        ["adversarial relativistic average least squares"] = s => Relativistic(
            static (a, b) => Squares(a - b.mean()) + Squares(a.mean() - b), s),
        ["gradient penalty, given the gradient"] = Penalty,
        ["matrix product"] = s => Product([s["n"], s["k"]], [s["k"], s["m"]]),
        ["batched matrix product"] = s => Product([s["batch"], s["n"], s["k"]], [s["batch"], s["k"], s["m"]]),
        ["conv2d 64×64×16×16→128"] = s => Convolution(
            s, [128, 64], (x, w, b) => F.conv2d(x, w, b, [s["stride"], s["stride"]], [s["padding"], s["padding"]])),
        ["transposed conv2d 64×64×16×16→128"] = s => Convolution(
            s, [64, 128], (x, w, b) => F.conv_transpose2d(x, w, b, [s["stride"], s["stride"]], [s["padding"], s["padding"]])),
        ["batch norm"] = s => Norm(BatchNorm2d(s["channels"]), s),
        ["instance norm"] = s => Norm(InstanceNorm2d(s["channels"]), s),
        ["average pooling by 2"] = s => Resampling(s, x => F.avg_pool2d(x, s["side"] / s["out"])),
        ["adaptive average pooling"] = s => Resampling(s, x => F.adaptive_avg_pool2d(x, s["out"])),
        ["bilinear resizing"] = s => Resampling(
            s, x => F.interpolate(x, size: [s["out"], s["out"]], mode: InterpolationMode.Bilinear, align_corners: false)),
        ["adam"] = AdamStep,
        ["dcgan step"] = DcganStep,
        ["wgan-gp critic step"] = CriticStep,
        ["cyclegan step"] = CycleGanStep,
    };

    static Func<Tensor[]> Penalty(Sizes s)
    {
        Tensor g = Variable(1, [s["n"], 3, s["side"], s["side"]], -0.03, 0.03);
        return () =>
        {
            Tensor value = 10 * (g.flatten(1).norm(dim: 1) - 1).square().mean();
            return [value, .. autograd.grad([value], [g])];
        };
    }

    static Func<Tensor[]> Product(long[] left, long[] right)
    {
        (Tensor a, Tensor b) = (Uniform(1, left), Uniform(2, right));
        return () => [a.matmul(b)];
    }

    static Func<Tensor[]> Convolution(Sizes s, long[] channels, Func<Tensor, Tensor, Tensor, Tensor> operation)
    {
        (Tensor x, Tensor b) = (Variable(1, [64, 64, 16, 16]), Variable(3, [128]));
        Tensor w = Variable(2, [.. channels, s["kernel"], s["kernel"]], -0.1, 0.1);
        Tensor upstream = Uniform(4, operation(x, w, b).shape);
        return () =>
        {
            Tensor y = operation(x, w, b);
            return [y, .. autograd.grad([y], [x, w, b], [upstream])];
        };
    }

    static Func<Tensor[]> Norm(Module<Tensor, Tensor> layer, Sizes s)
    {
        long[] shape = [s["n"], s["channels"], s["side"], s["side"]];
        (Tensor x, Tensor upstream) = (Variable(1, shape), Uniform(2, shape));
        Tensor[] inputs = [x, .. layer.parameters()];
        return () =>
        {
            Tensor y = layer.call(x);
            return [y, .. autograd.grad([y], inputs, [upstream])];
        };
    }

    static Func<Tensor[]> Resampling(Sizes s, Func<Tensor, Tensor> operation)
    {
        Tensor x = Variable(1, [s["n"], s["channels"], s["side"], s["side"]]);
        Tensor upstream = Uniform(2, operation(x).shape);
        return () =>
        {
            Tensor y = operation(x);
            return [y, .. autograd.grad([y], [x], [upstream])];
        };
    }

    static Func<Tensor[]> AdamStep(Sizes s)
    {
        Parameter[] parameters = [.. Enumerable.Range(0, s["tensors"]).Select(i => new Parameter(Uniform(i, [s["each"]])))];
        foreach ((int i, Parameter parameter) in parameters.Index())
        {
            parameter.grad = Uniform(100 + i, [s["each"]]);
        }

        Adam optimizer = optim.Adam(parameters);
        return () =>
        {
            optimizer.step();
            return [parameters[0].detach(), parameters[^1].detach()];
        };
    }
}
