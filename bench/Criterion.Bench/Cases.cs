using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;
using Criterion.Training;
using static Criterion.Bench.Inputs;

namespace Criterion.Bench;

/// <summary>
/// Criterion's side of every case, by the name that <c>../peer/cases.py</c> gives it. The function makes the inputs; one call of the
/// body is forward + backward and returns value and gradients.
/// </summary>
internal static class Cases
{
    public static readonly Dictionary<string, Func<Sizes, Func<Tensor[]>>> All = new()
    {
        ["l1"] = s => Pointwise(new L1Loss(), s),
        ["mse"] = s => Pointwise(new MSELoss(), s),
        ["bce"] = s => Pointwise(new BCELoss(), s, 0.001, 0.999, 0, 1),
        ["bce-with-logits"] = s => Pointwise(new BCEWithLogitsLoss(), s, -6, 6, 0, 1),
        ["cosine-embedding"] = CosineEmbedding,
        ["adversarial non-saturating"] = s => Adversarial(new NonSaturating(), s),
        ["adversarial wasserstein"] = s => Adversarial(new Wasserstein(), s),
        ["gradient penalty, given the gradient"] = Penalty,
        ["matrix product"] = MatrixProduct,
        ["conv2d 64×64×16×16→128"] = s => Convolution(
            s, [128, 64], (x, w, b) => x.Conv2d(w, b, s["stride"], s["padding"])),
        ["transposed conv2d 64×64×16×16→128"] = s => Convolution(
            s, [64, 128], (x, w, b) => x.ConvTranspose2d(w, b, s["stride"], s["padding"])),
        ["batch norm"] = s => Norm(new BatchNorm2d(s["channels"]), s),
        ["instance norm"] = s => Norm(new InstanceNorm2d(s["channels"]), s),
        ["adam"] = AdamStep,
        ["dcgan step"] = DcganStep,
        ["wgan-gp critic step"] = CriticStep,
    };

    static Func<Tensor[]> Pointwise(IPredictionLoss loss, Sizes s, double low = -3, double high = 3, double targetLow = -3, double targetHigh = 3)
    {
        (Tensor x, Tensor y) = (Variable(1, [s["n"]], low, high), Uniform(2, [s["n"]], targetLow, targetHigh));
        return () =>
        {
            Tensor value = loss.Forward(x, y);
            return [value, Autograd.Grad(value, x)];
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

    static Func<Tensor[]> Adversarial(AdversarialObjective objective, Sizes s)
    {
        (Tensor real, Tensor fake) = (Variable(1, [s["n"]], -6, 6), Variable(2, [s["n"]], -6, 6));
        return () =>
        {
            (Tensor d, Tensor g) = (objective.Discriminator(real, fake), objective.Generator(fake, real));
            return [d, g, .. Autograd.Grad([d], [real, fake]), Autograd.Grad(g, fake)];
        };
    }

    static Func<Tensor[]> Penalty(Sizes s)
    {
        GradientPenalty penalty = new();
        Tensor g = Variable(1, [s["n"], 3, s["side"], s["side"]], -0.03, 0.03);
        return () =>
        {
            Tensor value = penalty.Of(g);
            return [value, Autograd.Grad(value, g)];
        };
    }

    static Func<Tensor[]> MatrixProduct(Sizes s)
    {
        (Tensor a, Tensor b) = (Uniform(1, [s["n"], s["k"]]), Uniform(2, [s["k"], s["m"]]));
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
        Dcgan networks = new(Width: s["width"]);
        (Sequential generator, Sequential discriminator) = (Fill(networks.Generator(new(0))), Fill(networks.Discriminator(new(0))));
        (Tensor real, Tensor latents) = (Uniform(1, [s["batch"], 1, 32, 32]), Uniform(2, [s["batch"], 64, 1, 1], -1.7, 1.7));
        Adam ofGenerator = new(generator.Parameters(), 2e-4, 0.5);
        Adam ofDiscriminator = new(discriminator.Parameters(), 2e-4, 0.5);
        NonSaturating objective = new();
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
        Sequential critic = Fill(new Dcgan(Width: s["width"], DiscriminatorNorm: DiscriminatorNorm.None).Discriminator(new(0)));
        Shape images = [s["batch"], 1, 32, 32];
        (Tensor real, Tensor fake, Tensor place) = (Uniform(1, images), Uniform(2, images), Uniform(3, [s["batch"], 1, 1, 1], 0, 1));
        Adam optimizer = new(critic.Parameters(), 1e-4, 0, 0.9);
        (Wasserstein objective, GradientPenalty penalty) = (new(), new());
        return () =>
        {
            Tensor slope = GradientPenalty.Slope(critic.Forward, fake + (place * (real - fake)));
            Tensor ofSlope = penalty.Of(slope);
            Tensor loss = objective.Discriminator(critic.Forward(real), critic.Forward(fake)) + ofSlope;
            Descend(optimizer, loss);
            return [loss.Detach(), ofSlope.Detach(), critic.Parameters().First().Grad!];
        };
    }

    static void Descend(Adam optimizer, Tensor loss)
    {
        optimizer.ZeroGrad();
        loss.Backward();
        optimizer.Step();
    }
}
