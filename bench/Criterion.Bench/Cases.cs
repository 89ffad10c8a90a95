using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Training;
using static Criterion.Bench.Inputs;

namespace Criterion.Bench;

/// <summary>
/// Criterion's side of every case, by the name that <c>../table.py</c> gives it. The function creates the inputs; one call of the
/// body is forward + backward and returns value and gradients.
/// </summary>
internal static partial class Cases
{
    public static readonly Dictionary<string, Func<Sizes, Func<Tensor[]>>> All = new()
    {
        ["l1"] = s => Pointwise(new L1Loss(), s),
        ["mse"] = s => Pointwise(new MSELoss(), s),
        ["huber"] = s => Pointwise(new HuberLoss(), s),
        ["smooth l1"] = s => Pointwise(new SmoothL1Loss(), s),
        ["log-cosh"] = s => Pointwise(new LogCoshLoss(), s),
        ["quantile"] = s => Pointwise(new QuantileLoss(0.9), s),
        ["cauchy"] = s => Pointwise(new CauchyLoss(), s),
        ["charbonnier"] = s => Pointwise(new CharbonnierLoss(), s),
        ["geman-mcclure"] = s => Pointwise(new GemanMcClureLoss(), s),
        ["welsch"] = s => Pointwise(new WelschLoss(), s),
        ["poisson nll"] = s => Pointwise(new PoissonNLLLoss(), s, targetLow: 0, targetHigh: 9),
        ["bce"] = s => Pointwise(new BCELoss(), s, 0.001, 0.999, 0, 1),
        ["bce-with-logits"] = s => Pointwise(new BCEWithLogitsLoss(), s, -6, 6, 0, 1),
        ["binary focal"] = s => Compare(new BinaryFocalLoss(), Variable(1, [s["n"]], -6, 6), Bits(2, s["n"])),
        ["soft margin"] = s => Compare(new SoftMarginLoss(), Variable(1, [s["n"]], -3, 3), Labels(2, s["n"])),
        ["hinge embedding"] = s => Compare(new HingeEmbeddingLoss(), Variable(1, [s["n"]], -3, 3), Labels(2, s["n"])),
        ["kl-div"] = s => Pointwise(new KLDivLoss(), s, -6, -0.01, 0, 1),
        ["gaussian nll"] = GaussianNll,
        ["margin ranking"] = MarginRanking,
        ["cosine-embedding"] = CosineEmbedding,
        ["triplet margin"] = TripletMargin,
        ["info-nce"] = s => Rows(static (a, b) => new InfoNceLoss(temperature: 0.1).Forward(a, b), s),
        ["nt-xent"] = s => Rows(static (a, b) => new NtXentLoss(temperature: 0.1).Forward(a, b), s),
        ["siglip"] = s => Rows(static (a, b) => new SigLipLoss().Forward(a, b), s),
        ["supcon"] = s => OfLabels(static (x, y) => new SupConLoss(temperature: 0.1).Forward(x, y), s),
        ["batch-hard triplets"] = s => OfLabels(static (x, y) => new BatchTripletLoss(
            0.2, PositiveMining.Hardest, NegativeMining.Hardest, distance: EmbeddingDistance.Euclidean).Forward(x, y), s),
        ["cross-entropy"] = s => OfClasses(new CrossEntropyLoss(), s),
        ["focal"] = s => OfClasses(new FocalLoss(), s),
        ["kl from logits"] = s => OfLogits(new KlFromLogitsLoss(), s),
        ["jensen-shannon"] = s => OfLogits(new JensenShannonLoss(), s),
        ["ssim, 11×11 Gaussian"] = s => Images(new SsimLoss(ImageRange.ZeroOne), s),
        ["ssim, 3×3 box"] = s => Images(new SsimLoss(ImageRange.ZeroOne, SsimPreset.Box3), s),
        ["adversarial non-saturating"] = s => Adversarial(new NonSaturatingGanLoss(), s),
        ["adversarial minimax"] = s => Adversarial(new MinimaxGanLoss(), s),
        ["adversarial wasserstein"] = s => Adversarial(new WassersteinGanLoss(), s),
        ["adversarial wasserstein logistic"] = s => Adversarial(new WassersteinLogisticGanLoss(), s),
        ["adversarial hinge"] = s => Adversarial(new HingeGanLoss(), s),
        ["adversarial least squares"] = s => Adversarial(new LeastSquaresGanLoss(), s),
        ["adversarial probability bce"] = s => Adversarial(new ProbabilityGanLoss(), s, 0.001, 0.999),
        ["adversarial energy-based"] = s => Adversarial(new EnergyBasedGanLoss(1), s, 0, 2),
        ["adversarial boundary equilibrium"] = s => Adversarial(new BoundaryEquilibriumGanLoss(0.5), s, 0, 2),
        ["adversarial f-gan kl"] = s => Adversarial(new KlFGanLoss(), s),
        ["adversarial f-gan reverse kl"] = s => Adversarial(new ReverseKlFGanLoss(), s),
        ["adversarial f-gan pearson"] = s => Adversarial(new PearsonFGanLoss(), s),
        ["adversarial f-gan hellinger"] = s => Adversarial(new HellingerFGanLoss(), s),
        ["adversarial f-gan jensen-shannon"] = s => Adversarial(new JensenShannonFGanLoss(), s),
        ["adversarial f-gan total variation"] = s => Adversarial(new TotalVariationFGanLoss(), s),
        ["adversarial relativistic paired logistic"] = s => Adversarial(new RelativisticPairedLogisticGanLoss(), s),
        ["adversarial relativistic paired hinge"] = s => Adversarial(new RelativisticPairedHingeGanLoss(), s),
        ["adversarial relativistic paired least squares"] = s => Adversarial(new RelativisticPairedLeastSquaresGanLoss(), s),
        ["adversarial relativistic average logistic"] = s => Adversarial(new RelativisticAverageLogisticGanLoss(), s),
        ["adversarial relativistic average hinge"] = s => Adversarial(new RelativisticAverageHingeGanLoss(), s),
        ["adversarial relativistic average least squares"] = s => Adversarial(new RelativisticAverageLeastSquaresGanLoss(), s),
        ["gradient penalty, given the gradient"] = Penalty,
        ["matrix product"] = s => Product([s["n"], s["k"]], [s["k"], s["m"]]),
        ["batched matrix product"] = s => Product([s["batch"], s["n"], s["k"]], [s["batch"], s["k"], s["m"]]),
        ["conv2d 64×64×16×16→128"] = s => Convolution(
            s, [128, 64], (x, w, b) => x.Conv2d(w, b, s["stride"], s["padding"])),
        ["transposed conv2d 64×64×16×16→128"] = s => Convolution(
            s, [64, 128], (x, w, b) => x.ConvTranspose2d(w, b, s["stride"], s["padding"])),
        ["batch norm"] = s => Norm(new BatchNorm2d(s["channels"]), s),
        ["instance norm"] = s => Norm(new InstanceNorm2d(s["channels"]), s),
        ["average pooling by 2"] = s => Resampling(s, x => x.AvgPool2d(s["side"] / s["out"])),
        ["adaptive average pooling"] = s => Resampling(s, x => x.AdaptiveAvgPool2d(s["out"])),
        ["bilinear resizing"] = s => Resampling(s, x => x.UpsampleBilinear2d(s["out"])),
        ["adam"] = AdamStep,
        ["dcgan step"] = DcganStep,
        ["wgan-gp critic step"] = CriticStep,
        ["cyclegan step"] = CycleGanStep,
    };

    static Func<Tensor[]> Penalty(Sizes s)
    {
        GradientPenalty penalty = new();
        Tensor g = Variable(1, [s["n"], 3, s["side"], s["side"]], -0.03, 0.03);
        return () =>
        {
            Tensor value = penalty.FromGradient(g);
            return [value, Autograd.Grad(value, g)];
        };
    }

    static Func<Tensor[]> Product(Shape left, Shape right)
    {
        (Tensor a, Tensor b) = (Uniform(1, left), Uniform(2, right));
        return () => [a.MatMul(b)];
    }

    static Func<Tensor[]> Convolution(Sizes s, int[] channels, Func<Tensor, Tensor, Tensor, Tensor> operation)
    {
        (Tensor x, Tensor b) = (Variable(1, [64, 64, 16, 16]), Variable(3, [128]));
        Tensor w = Variable(2, [.. channels, s["kernel"], s["kernel"]], -0.1, 0.1);
        Tensor upstream = Uniform(4, operation(x, w, b).Shape);
        return () =>
        {
            Tensor y = operation(x, w, b);
            return [y, .. Autograd.Grad([y], [x, w, b], gradients: [upstream])];
        };
    }

    static Func<Tensor[]> Norm(ChannelNorm layer, Sizes s)
    {
        Shape shape = [s["n"], s["channels"], s["side"], s["side"]];
        (Tensor x, Tensor upstream) = (Variable(1, shape), Uniform(2, shape));
        Tensor[] inputs = [x, .. layer.Parameters()];
        return () =>
        {
            Tensor y = layer.Forward(x);
            return [y, .. Autograd.Grad([y], inputs, gradients: [upstream])];
        };
    }

    static Func<Tensor[]> Resampling(Sizes s, Func<Tensor, Tensor> operation)
    {
        Tensor x = Variable(1, [s["n"], s["channels"], s["side"], s["side"]]);
        Tensor upstream = Uniform(2, operation(x).Shape);
        return () =>
        {
            Tensor y = operation(x);
            return [y, Autograd.Grad(y, x, gradient: upstream)];
        };
    }

    static Func<Tensor[]> AdamStep(Sizes s)
    {
        Tensor[] parameters = [.. Enumerable.Range(0, s["tensors"]).Select(i => Variable(i, [s["each"]]))];
        foreach ((int i, Tensor parameter) in parameters.Index())
        {
            parameter.Grad = Uniform(100 + i, [s["each"]]);
        }

        Adam optimizer = new(parameters);
        return () =>
        {
            optimizer.Step();
            return [parameters[0].Detach(), parameters[^1].Detach()];
        };
    }

    static Func<Tensor[]> DcganStep(Sizes s)
    {
        Dcgan networks = new(width: s["width"]);
        (Sequential generator, Sequential discriminator) = (Fill(networks.Generator(new(0))), Fill(networks.Discriminator(new(0))));
        (Tensor real, Tensor latents) = (Uniform(1, [s["batch"], 1, 32, 32]), Uniform(2, [s["batch"], 64, 1, 1], -1.7, 1.7));
        Adam ofGenerator = new(generator.Parameters(), 2e-4, 0.5);
        Adam ofDiscriminator = new(discriminator.Parameters(), 2e-4, 0.5);
        NonSaturatingGanLoss objective = new();
        return () =>
        {
            Tensor fake = generator.Forward(latents);
            discriminator.Unfreeze();
            Tensor d = objective.Discriminator(discriminator.Forward(real), discriminator.Forward(fake.Detach()));
            Descend(ofDiscriminator, d);
            discriminator.Freeze();
            Tensor g = objective.Generator(discriminator.Forward(fake));
            Descend(ofGenerator, g);
            return [d.Detach(), g.Detach(), discriminator.Parameters().First().Grad!, generator.Parameters().First().Grad!];
        };
    }

    static Func<Tensor[]> CriticStep(Sizes s)
    {
        Sequential critic = Fill(new Dcgan(width: s["width"], discriminatorNorm: DiscriminatorNorm.None).Discriminator(new(0)));
        Shape images = [s["batch"], 1, 32, 32];
        (Tensor real, Tensor fake, Tensor place) = (Uniform(1, images), Uniform(2, images), Uniform(3, [s["batch"], 1, 1, 1], 0, 1));
        Adam optimizer = new(critic.Parameters(), 1e-4, 0, 0.9);
        (WassersteinGanLoss objective, GradientPenalty penalty) = (new(), new());
        return () =>
        {
            Tensor slope = GradientPenalty.InputGradient(critic.Forward, fake + (place * (real - fake)));
            Tensor ofSlope = penalty.FromGradient(slope);
            Tensor loss = objective.Discriminator(critic.Forward(real), critic.Forward(fake)) + ofSlope;
            Descend(optimizer, loss);
            return [loss.Detach(), ofSlope.Detach(), critic.Parameters().First().Grad!];
        };
    }

    static Func<Tensor[]> CycleGanStep(Sizes s)
    {
        ResnetTranslator translator = new(3, s["width"], 6);
        PatchDiscriminator patches = new(3, s["width"]);
        (Sequential aToB, Sequential bToA) = (Fill(translator.Build(new(0))), Fill(translator.Build(new(0))));
        (Sequential judgeA, Sequential judgeB) = (Fill(patches.Build(new(0))), Fill(patches.Build(new(0))));
        Shape image = [1, 3, s["side"], s["side"]];
        (Tensor a, Tensor b) = (Uniform(1, image), Uniform(2, image));
        Adam ofTranslators = new([.. aToB.Parameters(), .. bToA.Parameters()], 2e-4, 0.5);
        Adam ofJudges = new([.. judgeA.Parameters(), .. judgeB.Parameters()], 2e-4, 0.5);
        LeastSquaresGanLoss objective = LeastSquaresGanLoss.CycleGan;
        CycleConsistencyLoss cycle = new();
        return () =>
        {
            judgeA.Freeze();
            judgeB.Freeze();
            (Tensor fakeB, Tensor fakeA) = (aToB.Forward(a), bToA.Forward(b));
            Tensor g = objective.Generator(judgeB.Forward(fakeB)) + objective.Generator(judgeA.Forward(fakeA))
                + cycle.Forward(bToA.Forward(fakeB), a, aToB.Forward(fakeA), b);
            Descend(ofTranslators, g);
            judgeA.Unfreeze();
            judgeB.Unfreeze();
            Tensor d = objective.Discriminator(judgeA.Forward(a), judgeA.Forward(fakeA.Detach()))
                + objective.Discriminator(judgeB.Forward(b), judgeB.Forward(fakeB.Detach()));
            Descend(ofJudges, d);
            return [g.Detach(), d.Detach(), aToB.Parameters().First().Grad!, judgeA.Parameters().First().Grad!];
        };
    }

    static void Descend(Adam optimizer, Tensor loss)
    {
        optimizer.ZeroGrad();
        loss.Backward();
        optimizer.Step();
    }
}
